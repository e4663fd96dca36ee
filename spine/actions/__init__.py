"""The verbs: each is a function that looks at a snapshot, decides, and says what to write."""
