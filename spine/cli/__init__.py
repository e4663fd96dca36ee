"""The command line: one short face a verb; the only reader of environment, clock and terminal."""
