"""Operations and changes that could stand in a proposal, the nastiest texts in every field: Hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

from spine.address import Address, Item, Key, Member, Step
from spine.change.operations import (
    SLOTS,
    Add,
    Change,
    Comment,
    Expect,
    First,
    Last,
    Move,
    Operation,
    Remove,
    Rename,
    SetValue,
    SpliceItems,
)
from spine.change.textpatch import make_patch
from spine.change.together import contradictions

NASTY = st.sampled_from(
    [
        *(
            "",
            " ",
            "\n",
            "\r",
            "\t",
            "\r\n",
            "#",
            " #",
            ": ",
            "- ",
            "|",
            ">",
            "%",
            "---",
            "...",
            "'",
            '"',
            "\\",
            "&a",
            "*a",
        ),
        *(
            "!!str",
            "null",
            "~",
            "yes",
            "8e66283",
            "010",
            "1.10",
            "{",
            "}",
            "[",
            "]",
            ",",
            "?",
            "@",
            "`",
            "<<",
            "=",
            "é",
        ),
        *("\0", "\x1b", "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\u202e", "\u200d", "\ufffe", "\uffff"),
        *("\U000e0001", "\U0001fffe", "\U0001f600", "key: ", "\n  - ", "\n\n", "  "),
    ]
)
texts = st.lists(NASTY | st.text(max_size=5), max_size=6).map("".join)
tokens = texts | st.sampled_from(
    [
        *("", "null", "8e66283", "1.10", '"x"', "'it''s'", "[a, b]", "{a: 1, b: [x]}", "&a x", "|\n  x\n"),
        *("\n  a: 1\n  b: 2", "[" * 70 + "]" * 70),
    ]
)
names = texts | st.sampled_from(["a", "b", "true", "100", "~", "x y", "$", "-"])
keys = st.builds(Key, names, st.integers(min_value=0, max_value=2))
paths = st.lists(names, min_size=1, max_size=2).map(tuple)
items = st.builds(Item, st.lists(st.tuples(paths, names), min_size=1, max_size=2).map(tuple))
steps: st.SearchStrategy[Step] = keys | items | st.builds(Member, names)
documents = st.integers(min_value=1, max_value=2)
addresses = st.builds(Address, st.lists(steps, min_size=1, max_size=3).map(tuple), documents)
counts = st.integers(min_value=0, max_value=3)
whys = st.none() | texts
anchors = steps | st.builds(First)
maybe = st.none() | texts


def _renaming(at: Address, name: str, why: str | None) -> Rename:
    return Rename(at, _renamed(at.last, name), why)


operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(SetValue, addresses, tokens, tokens, whys),
    st.builds(Add, addresses, texts, anchors | st.builds(Last), counts, counts, maybe, whys),
    st.builds(Remove, addresses, texts, anchors, counts, counts, maybe, whys),
    st.builds(Move, addresses, anchors, anchors, counts, counts, whys),
    st.builds(_renaming, addresses, names, whys),
    st.builds(Comment, addresses | st.just(Address()), st.sampled_from(SLOTS), maybe, maybe, whys),
    st.builds(SpliceItems, addresses, st.integers(1, 99), maybe, texts, texts, maybe, whys),
    st.builds(Expect, addresses, tokens, why=whys),
    st.builds(Expect, addresses, exists=st.just(True), why=whys),
    st.builds(Expect, addresses, absent=st.just(True), why=whys),
).filter(lambda op: not list(contradictions([op])))


def _renamed(step: Step, name: str) -> Step:
    if isinstance(step, Key):
        return Key(name, step.dup)
    if isinstance(step, Item):
        return Item(((step.fields[0][0], name), *step.fields[1:]))
    return Member(name)


def _agreeing(ops: list[Operation]) -> tuple[Operation, ...]:
    """The operations without those that contradict another one."""
    while wrong := {index for index, _ in contradictions(ops)}:
        ops = [op for index, op in enumerate(ops) if index not in wrong]
    return tuple(ops)


patches = st.tuples(texts, texts).map(lambda pair: make_patch(*pair))
told = st.builds(Change, st.lists(operations, max_size=6).map(_agreeing), patches, patches, reason=texts)
changes = told | st.builds(Change, patch=patches, reason=texts)
