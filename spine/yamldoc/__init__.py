"""YAML text as people wrote it: nodes with source spans, the comments around them, edits that leave all else alone."""
