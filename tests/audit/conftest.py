"""Histories to be audited."""

from __future__ import annotations

from tests.actions.conftest import Bench, bench

__all__ = ["Bench", "bench"]
