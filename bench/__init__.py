"""Measurements on real input: what `make bench` prints. Ratios of one run, never absolute times of a machine."""
