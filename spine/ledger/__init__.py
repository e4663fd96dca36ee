"""The ledger: proposals, receipts, gaps and loops of one tree, linked; and what follows from them."""
