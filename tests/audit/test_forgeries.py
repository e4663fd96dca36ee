"""Each forgery is found and called by its name; the honest history that it was made of is not."""

from __future__ import annotations

import pytest

from spine.actions.check import check
from spine.audit.verify import verify
from spine.errors import Refused
from tests.actions.conftest import Bench
from tests.audit.forgeries import FORGERIES

# Where `check` says something else, and why: it reads no trailers; it leaves links between proposals to `validate` and
# `apply`; it takes `before == base` and `after == result` for a proof; equal values are enough for it after a rebase;
# it holds blobs against each other, not modes; commit ids in `covers` are hints; git does not hash what it reads.
CHECK_SAYS_ANOTHER = {
    "covers-a-commit-that-did-nothing": "ids are hints",
    "covers-by-another-proposal": "covered by its blobs",
    "object-overwritten": "hashes",
    "proposal-and-digest-edited-together": "base and result fit the receipt",
    "rebase-that-lost-a-comment": "equal values",
    "rebase-with-a-blank-line-more": "equal values",
    "receipt-leaves-a-path-out": "the proposal explains it",
    "settings-made-unreadable": "it refuses",
    "superseded-and-landed": "links",
    "trailer-of-another-proposal": "trailers",
    "trailer-with-another-digest": "trailers",
    "trailers-without-a-receipt": "trailers",
    "undone-twice": "links",
    "withdrawn-and-landed": "links",
}


def test_the_honest_history_is_true(original: Bench) -> None:
    verdict = verify(str(original.path), "HEAD", original.env)
    assert (verdict.answer, verdict.findings, len(verdict.receipts)) == ("yes", (), 3)
    assert check(original.work, "HEAD").exit_code == 0


def test_there_are_enough_of_them() -> None:
    assert len(FORGERIES) >= 50


def quick_first(names: list[str]) -> list[object]:
    """Every third one in `make test`, all in `make check`."""
    return [one if n % 3 == 0 else pytest.param(one, marks=pytest.mark.slow) for n, one in enumerate(sorted(names))]


@pytest.mark.parametrize("name", quick_first([*FORGERIES]))
def test_a_forgery_is_found(copied: Bench, name: str) -> None:
    act, codes = FORGERIES[name]
    act(copied)
    verdict = verify(str(copied.path), "HEAD", copied.env)
    found = {one.code for one in verdict.findings}
    assert verdict.answer == "no", verdict
    assert found & codes, verdict.findings
    try:
        agrees = check(copied.work, "HEAD").exit_code == 1
    except Refused:
        agrees = False
    assert agrees == (name not in CHECK_SAYS_ANOTHER)
