"""What each code of a finding or an error means, as text files: one a group, read when somebody asks.

A new code needs its entry here, in a file `GROUP.yaml`; `records/explanation.py` says what it looks like.
"""
