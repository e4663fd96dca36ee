"""Tests of the repository floor, on real repositories."""
