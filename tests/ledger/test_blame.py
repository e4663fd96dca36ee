"""Who set a value: single histories as sentences, and any history against the brute-force reference."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from spine.address import Address
from spine.address import parse as address
from spine.change.places import Ambiguous
from spine.identity import Identity
from spine.ledger.blame import Event, Question, Version, Walk, answer, where_of
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document
from tests.ledger.histories import addresses, answered, documents, histories, plain, version
from tests.reference_blame import Diffs, who


def versions(*oldest_first: str | None) -> list[Version]:
    return [version(number, text) for number, text in reversed(list(enumerate(oldest_first)))]


def asked(at: str, *oldest_first: str | None, wanted: str = "value") -> list[Event]:
    """What happened to a place, newest first."""
    history = versions(*oldest_first)
    where = where_of(parse((history[0].data or b"").decode()), address(at)) if history[0].data is not None else None
    question = Question(wanted, where, address(at))  # type: ignore[arg-type]
    answer([question], history, Identity())
    return question.events


def setter(at: str, *oldest_first: str | None) -> tuple[str, str]:
    event = asked(at, *oldest_first)[0]
    return event.what, event.commit


def test_the_latest_version_that_changed_the_value_set_it() -> None:
    assert setter("a", "a: 1\n", "a: 2\n", "a: 2\nb: 1\n") == ("set", "commit-1")


def test_a_value_that_was_always_there_comes_from_the_oldest() -> None:
    event = asked("a", "a: 1\n", "a: 1\nb: 1\n")[0]
    assert (event.what, event.commit, event.is_oldest) == ("added", "commit-0", True)


def test_quotes_and_comments_set_nothing_but_another_kind_does() -> None:
    assert setter("a", "a: x\n", 'a: "x" # why\n', "# top\na: 'x'\n") == ("added", "commit-0")
    assert setter("a", "a: 1\n", 'a: "1"\n') == ("set", "commit-1")


def test_numbers_that_only_look_equal_differ() -> None:
    assert setter("a", "a: 8e66283\n", "a: 8e66284\n", "b: 1\na: 8e66284\n") == ("set", "commit-1")


def test_what_was_removed_and_came_back_was_set_by_the_one_that_brought_it() -> None:
    assert setter("b", "a: 1\nb: 2\n", "a: 1\n", "a: 1\nb: 2\n", "a: 3\nb: 2\n") == ("added", "commit-2")
    assert setter("a", "a: 1\n", None, "a: 1\n") == ("added", "commit-2")


def test_a_removed_place_is_told_of_the_one_that_removed_it() -> None:
    assert setter("b", "a: 1\nb: 2\n", "a: 1\n", "a: 2\n") == ("removed", "commit-1")
    assert setter("a", "a: 1\n", None) == ("removed", "commit-1")
    assert asked("c", "a: 1\n", "a: 2\n") == []


def test_a_moved_item_keeps_its_values() -> None:
    one, other = "- id: x\n  n: 1\n", "- id: y\n  n: 2\n"
    assert setter("[id=x].n", one + other, other + one, other + one + "- id: z\n") == ("added", "commit-0")


def test_a_renamed_identity_and_a_renamed_key_are_followed() -> None:
    old = "l:\n  - {id: x, n: 1, m: 2, o: 3}\n  - {id: y, n: 1}\nk: {long: text}\n"
    new = old.replace("id: x", "id: z").replace("k:", "kk:")
    assert setter("l[id=z].n", old, new) == ("added", "commit-0")
    assert setter("l[id=z].id", old, new) == ("set", "commit-1")
    assert setter("kk.long", old, new) == ("added", "commit-0")


def test_items_without_identity_are_followed_by_what_they_hold() -> None:
    old, new = "args: [a, b, a]\n", "args: [c, a, b, a]\n"
    assert setter("args[#1]", old, new) == ("added", "commit-1")
    assert setter("args[#4]", old, new) == ("added", "commit-0")


def test_the_nth_of_equal_keys_is_the_nth() -> None:
    assert setter("a#2", "a: 1\na: 2\n", "a: 3\na: 2\n") == ("added", "commit-0")
    assert setter("a#1", "a: 1\na: 2\n", "a: 3\na: 2\n") == ("set", "commit-1")
    assert setter("a", "a: 1\n", "a: 1\na: 2\n", "a: 1\n") == ("added", "commit-0")


def test_an_identity_given_out_twice_for_a_while_does_not_hide_who_set_what() -> None:
    item = "- id: {}\n  n: {}\n  m: 1\n"
    one = item.format("x", 1) + item.format("y", 1)
    twice = one + item.format("y", 5)
    changed = item.format("x", 2) + item.format("y", 1) + item.format("y", 5)
    assert setter("[id=x].m", one, twice, changed, item.format("x", 2) + item.format("y", 1)) == ("added", "commit-0")
    assert setter("[id=x].n", one, twice, changed, item.format("x", 2) + item.format("y", 1)) == ("set", "commit-2")


def test_a_version_that_cannot_be_read_is_passed_over_and_named() -> None:
    event = asked("a", "a: 1\n", "a: [\n", "a: 2\n")[0]
    assert (event.commit, event.beyond) == ("commit-2", ("commit-1",))
    event = asked("a", "a: 1\n", "a: [\n", "a: 1\n", "b: 1\na: 1\n")[0]
    assert (event.commit, event.beyond) == ("commit-0", ())


def test_bytes_that_are_no_text_are_a_version_that_cannot_be_read() -> None:
    history = [version(2, "a: 2\n"), Version("commit-1", "b.yaml", b"a: \xff\n"), version(0, "a: 1\n")]
    question = Question("value", (0, 0))
    answer([question], history, Identity())
    assert question.events == [Event("set", "commit-2", "b.yaml", (0, 0), ("commit-1",))]


def test_if_the_newest_cannot_be_read_nobody_can_tell() -> None:
    with pytest.raises(Unparsable):
        Walk(version(1, "a: [\n"), Identity(), [])


def test_across_a_change_that_only_lines_tell_values_are_compared_all_the_same() -> None:
    old = "x: &x {p: 1}\ny: *x\nz: {q: 1, r: 2}\n"
    new = "x: &x {p: 2}\ny: *x\nz: {q: 1, r: 3}\n"
    assert setter("z.q", old, new) == ("added", "commit-0")
    assert setter("z.r", old, new) == ("set", "commit-1")
    assert setter("$2.a", "a: 1\n", "a: 1\n---\na: 2\n", "a: 1\n---\na: 2\n# end\n") == ("added", "commit-1")


def test_of_an_entry_who_added_it_and_who_last_changed_something_below() -> None:
    events = asked("a", "b: 1\n", "b: 1\na: {x: 1}\n", "b: 1\na: {x: 2}\n", "b: 2\na: {x: 2}\n", wanted="entry")
    assert [(event.what, event.commit) for event in events] == [("set", "commit-2"), ("added", "commit-1")]


def test_all_that_ever_stood_at_a_place() -> None:
    texts = ("a: 1\n", "b: 1\n", "a: 1\nb: 1\n", "long: 1\nb: 1\n", "long: 7\nb: 1\n")
    events = asked("long", *texts, wanted="all")
    assert [(event.what, event.commit) for event in events] == [("set", "commit-4"), ("added", "commit-3")]
    events = asked("a", *texts[:3], wanted="all")
    assert [(event.what, event.commit) for event in events] == [
        ("added", "commit-2"),
        ("removed", "commit-1"),
        ("added", "commit-0"),
    ]


def test_a_rename_is_one_of_the_things_that_happened() -> None:
    events = asked("kk.x", "k: {x: text}\n", "kk: {x: text}\n", "kk: {x: other}\n", wanted="all")
    assert [(event.what, event.commit) for event in events] == [
        ("set", "commit-2"),
        ("renamed", "commit-1"),
        ("added", "commit-0"),
    ]


def test_nothing_older_is_read_than_is_needed() -> None:
    def feed() -> object:
        yield version(2, "a: 2\n")
        yield version(1, "a: 1\n")
        raise AssertionError("one version too many")

    question = Question("value", (0, 0))
    answer([question], feed(), Identity())  # type: ignore[arg-type]
    assert question.events[0].commit == "commit-2"


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories())
def test_any_history_gives_the_answers_of_brute_force(history: list[Version]) -> None:
    known = ever_known(history)
    diffs = Diffs()
    answers = zip(known, answered(history, known), who(plain(history), known, diffs), strict=True)
    for at, found, expected in answers:
        assert found == expected or renamed_untold(history, at, diffs), (str(at), found, expected)


def ever_known(history: list[Version]) -> list[Address]:
    """The addresses of the newest version, and those of older ones that it does not have."""
    newest, *older = documents(history)
    known = addresses(newest)
    gone = (at for document in older for at in addresses(document) if is_gone(newest, at))
    return list(dict.fromkeys([*known, *gone]))


def is_gone(newest: Document, at: Address) -> bool:
    try:
        return where_of(newest, at) is None
    except Ambiguous:  # there are several, and nobody can say which is meant
        return False


def renamed_untold(history: list[Version], at: Address, diffs: Diffs) -> bool:
    """Whether a place was followed through a rename in a change that the diff does not tell by entry (anchors, new
    duplicates, other documents), which the reference cannot know."""
    where = where_of(next(documents(history[:1])), at)
    question = Question("all", where, at)
    answer([question], history, Identity())
    renamed = {event.commit for event in question.events if event.what == "renamed"}
    return any(newer in renamed for newer, _ in diffs.untold)
