"""Semantic change of YAML texts: operations, and the pure functions diff, patch, merge and invert over them."""
