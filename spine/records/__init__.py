"""The records of the ledger: frozen values, each read strictly from its file and written back to the same value."""
