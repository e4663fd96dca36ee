"""The generator itself: everything it draws is YAML that a person could have written, and it draws all kinds."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bindings_strategy import (
    DISJOINT,
    EDITS,
    RENAMES,
    Doc,
    bindings,
    colliding_triples,
    disjoint_triples,
    drawn,
    edits,
    pairs,
    render,
    triples,
)

patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def require_sound(text: str) -> None:
    """It parses, and no mapping has a key twice."""
    todo = [yaml.compose(text, Loader=yaml.CSafeLoader)]
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(set(keys)) == len(keys), text
            todo += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            todo += node.value
            names = [
                {key.value: value.value for key, value in item.value}
                for item in node.value
                if isinstance(item, yaml.MappingNode)
            ]
            for identity in ("id", "name", "vm_id", "gate_id"):
                known = [str(name[identity]) for name in names if identity in name]
                assert len(set(known)) == len(known), text


@patient
@given(bindings())
def test_a_binding_is_sound(doc: Doc) -> None:
    require_sound(str(doc))


@patient
@given(pairs())
def test_an_edited_binding_is_sound(pair: tuple[str, str]) -> None:
    for text in pair:
        require_sound(text)


@patient
@given(st.one_of(triples(), disjoint_triples(), colliding_triples()))
def test_triples_are_sound(triple: tuple[str, str, str]) -> None:
    for text in triple:
        require_sound(text)


@patient
@given(st.data(), bindings())
def test_edits_leave_the_document_that_they_start_from_alone(data: st.DataObject, doc: Doc) -> None:
    before = str(doc)
    data.draw(edits(doc))
    assert str(doc) == before


def test_all_that_real_bindings_hold_is_drawn() -> None:
    wanted = {
        "document start": "---\n",
        "keyed list": "- id: ",
        "numbers as identity": "- vm_id: 1",
        "quoted identity": '- id: "GAP',
        "literal": ": |\n",
        "stripped": ": |-\n",
        "folded": ": >\n",
        "comment-like line in a block scalar": "  # not a comment",
        "a commit that looks like a float": ": 8e66283\n",
        "leading zero": ": 010\n",
        "two-digit decimal": ": 1.10\n",
        "date": ": 2026-02-12\n",
        "tilde": ": ~\n",
        "nothing": "notes:\n",
        "empty list": ": []\n",
        "empty mapping": ": {}\n",
        "flow list": ": [",
        "flow mapping": ": {",
        "eol comment": "  # 96GB",
        "banner": "# ─────",
        "key like a time": "05:00: ",
        "quoted key": '"3.81": ',
        "carriage returns": "\r\n",
        "indentless list": "\n- ",
        "indented list": "\n  - ",
    }
    texts = [str(doc) for doc in drawn(bindings(), 300)]
    missing = [title for title, part in wanted.items() if not any(part in text for text in texts)]
    assert missing == []
    assert any(not text.endswith("\n") for text in texts)


def test_every_kind_of_edit_changes_something() -> None:
    for kind in EDITS:
        changed = [before != after for before, after in drawn(pairs([kind]), 12)]
        assert any(changed), kind


def test_edits_are_small_and_sides_overlap_sometimes() -> None:
    """A generator whose sides never meet, or always do, would prove little."""
    met: Counter[str] = Counter()
    for base, target, proposed in drawn(triples(), 100):
        touched = []
        for text in (target, proposed):
            codes = SequenceMatcher(None, base.split("\n"), text.split("\n"), autojunk=False).get_opcodes()
            touched.append({n for tag, i, j, *_ in codes if tag != "equal" for n in range(i, max(j, i + 1))})
        met["overlap" if touched[0] & touched[1] else "apart" if all(touched) else "one side"] += 1
    assert met["overlap"] >= 10
    assert met["apart"] >= 10


def test_disjoint_triples_change_both_sides_of_one_container() -> None:
    assert not set(DISJOINT) & set(RENAMES)
    both = sum(base not in (left, right) and left != right for base, left, right in drawn(disjoint_triples(), 50))
    assert both >= 15


def test_rendering_is_stable() -> None:
    for doc in drawn(bindings(), 20):
        assert render(doc) == render(doc)


def test_colliding_triples_collide() -> None:
    """Both sides changed the base, and some pairs of places are far enough apart for a merge by line to be clean."""
    examples = drawn(colliding_triples(), 50)
    assert all(base not in (left, right) for base, left, right in examples)
    assert sum(left != right for _, left, right in examples) >= 15
