"""What versions of a text show about its lists: what is declared, what is asked, what is left to inference."""

from __future__ import annotations

import pytest

from spine.change.diff import diff
from spine.change.patch import patch
from spine.identity import Identity, Keyed, ListKind, ScalarSet, Sequence
from spine.patterns import PlacePattern, parse_pattern, parse_place_pattern
from spine.records.declaring import with_lists
from spine.records.evidence import evidence
from spine.records.settings import read_settings
from spine.yamldoc.guard import parse

NOTHING = Identity()


def found(*versions: str, known: Identity = NOTHING) -> tuple[dict[str, ListKind], dict[str, str]]:
    """Declared kinds and questions by pattern; versions newest first."""
    declared, asked = evidence([parse(text) for text in versions], known)
    return {str(one.pattern): one.kind for one in declared}, {str(one.pattern): one.reason for one in asked}


def items(field: str, *values: object, more: str = "") -> str:
    return "list:\n" + "".join(f"  - {{{field}: {value}{more}}}\n" for value in values)


def test_a_usual_name_needs_two_items() -> None:
    assert found(items("id", 1, 2)) == ({"list": Keyed((("id",),))}, {})
    assert found(items("id", 1)) == ({}, {})


def test_any_other_field_needs_five_items_in_two_versions() -> None:
    declared, asked = found(items("port", 1, 2, 3, 4, 5), items("port", 1, 2, 3, 4))
    assert (declared, asked) == ({"list": Keyed((("port",),))}, {})
    declared, asked = found(items("port", 1, 2, 3, 4, 5))
    assert declared == {}
    assert asked == {"list": "port is unique, but only in 5 items in 1 version"}


def test_several_fields_that_would_do_are_a_question() -> None:
    text = "list:\n" + "".join(f"  - {{port: {n}, host: h{n}}}\n" for n in range(9))
    assert found(text, text + "z: 1\n") == ({}, {"list": "several fields would do (port, host), 9 items in 2 versions"})


def test_two_fields_together_need_eight_items() -> None:
    def pairs_of(count: int) -> str:
        return "list:\n" + "".join(f"  - {{host: h{n // 3}, port: {n % 3}}}\n" for n in range(count))

    assert found(pairs_of(9))[0] == {"list": Keyed((("host",), ("port",)))}
    assert "too few to be sure" in found(pairs_of(7))[1]["list"]


def test_what_is_unique_now_and_was_not_before_is_no_identity() -> None:
    now, before = items("name", "a", "b"), items("name", "a", "a")
    assert found(now)[0] == {"list": Keyed((("name",),))}
    declared, _ = found(now, before)
    assert "list" not in declared or declared["list"] == Sequence()


def test_an_identity_that_changes_all_the_time_is_a_question() -> None:
    versions = [items("id", *(run * 10 + n for n in range(4))) for run in range(5)]
    declared, asked = found(*versions)
    assert declared == {}
    assert asked["list"].endswith("but in 4 of 4 steps fewer than half of the items kept it")


def test_free_text_is_never_an_identity() -> None:
    text = "list:\n" + "".join(f'  - {{description: "The {n} thing that was done", n: 1}}\n' for n in range(9))
    declared, asked = found(text, text + "z: 1\n")
    assert declared.get("list", Sequence()) == Sequence()
    assert "description" not in asked.get("list", "")


def test_values_that_stood_twice_once_are_a_sequence() -> None:
    assert found("words: [a, b]\n", "words: [a, b, a]\n") == ({"words": Sequence()}, {})
    assert "a slip" in found("words: [a, b]\n", "words: [a]\n", "words: [a, b, a]\n")[1]["words"]
    assert found("words: [a, b]\n", "words: [a, b, c]\n") == ({}, {})
    assert found("command: [a, b, a]\n") == ({}, {}), "by its name it is a sequence anyway"


def test_a_field_that_counts_upwards_makes_the_order_significant() -> None:
    versions = [
        "list:\n" + "".join(f"  - {{id: i{n}, order: {n * 10}}}\n" for n in range(count)) for count in (5, 4, 3)
    ]
    assert found(*versions)[0] == {"list": Keyed((("id",),), ordered=True)}
    assert found(*versions[:2])[0] == {"list": Keyed((("id",),))}, "two versions are too few"
    shuffled = versions[0].replace("order: 20", "order: 5")
    assert found(shuffled, *versions)[0] == {"list": Keyed((("id",),))}


def test_lists_in_items_are_one_pattern() -> None:
    text = "vms:\n" + "".join(f"  - id: {n}\n    services: [{{name: a, n: 1}}, {{name: b, n: 1}}]\n" for n in range(3))
    assert found(text)[0] == {"vms": Keyed((("id",),)), "vms[].services": Keyed((("name",),))}


HOSTS = "hosts:\n" + "".join(f"  h{n}:\n    stacks: [{{name: a}}, {{name: b}}]\n" for n in range(3))


def test_lists_below_three_keys_that_are_alike_are_one_pattern() -> None:
    assert found(HOSTS)[0] == {"hosts.*.stacks": Keyed((("name",),))}
    assert len(found(HOSTS.replace("  h2:\n    stacks: [{name: a}, {name: b}]\n", ""))[0]) == 2


@pytest.mark.parametrize("odd", ["[a, b]", "[{name: a}, {name: a}]", "[{port: 1}, {port: 2}]"])
def test_a_wider_pattern_holds_nothing_that_is_otherwise(odd: str) -> None:
    declared, _ = found(HOSTS + f"  odd:\n    stacks: {odd}\n")
    assert "hosts.*.stacks" not in declared
    assert declared["hosts.h1.stacks"] == Keyed((("name",),))


def test_what_is_declared_is_not_said_again_but_held_against_the_versions() -> None:
    known = Identity(((parse_pattern("list"), Keyed((("name",),))),))
    assert found(items("name", "a", "b"), known=known) == ({}, {})
    _, asked = found(items("name", "a", "a"), known=known)
    assert asked == {"list": "declared keyed by name, which does not hold in 1 lists"}


def test_kinds_that_mix_are_a_question() -> None:
    assert "sequence?" in found("list: [a, {b: 1}]\n")[1]["list"]


# ---- the settings -------------------------------------------------------------------------------------------------

ONE = (parse_place_pattern("bindings/a.yaml#vms[].services"), Keyed((("name",), ("a", "b"))))
TWO = (parse_place_pattern('bindings/a.yaml#"odd key".*'), Sequence())


@pytest.mark.parametrize(
    "text",
    [
        "spine: settings/1\n",
        "spine: settings/1",
        "# me\nspine: settings/1\n\nlists:  # these\n  '*#**.command': sequence\n\npolicy: {hooks: none}\n# end\n",
        "spine: settings/1\nlists: {'*#**.command': sequence}\n",
        "spine: settings/1\nlists: {}\npolicy: {hooks: none}\n",
    ],
)
def test_declarations_are_added_and_every_other_byte_stays(text: str) -> None:
    added: list[tuple[PlacePattern, ListKind]] = [ONE, TWO]
    after = with_lists(text, added)
    assert read_settings(after).lists == (*read_settings(text).lists, *added)
    assert read_settings(after).policy == read_settings(text).policy
    assert [line for line in text.splitlines() if "#" in line and "lists" not in line] == [
        line for line in after.splitlines() if line in text.splitlines() and "#" in line and "lists" not in line
    ]
    assert patch(text, diff(text, after)) == after


def test_a_set_is_declared_where_it_changed_and_never_had_a_double() -> None:
    versions = ["t: [a, b, c]\n", "t: [a, b, c, d]\n", "t: [a, b]\n"]
    assert found(*versions) == ({"t": ScalarSet()}, {})
    assert found(*versions[:2]) == ({}, {}), "two versions are too few"
    assert found(versions[0], versions[0] + "z: 1\n", versions[0] + "z: 2\n") == ({}, {}), "it never changed"
    assert found(*(text.replace("b", '"b b"') for text in versions)) == ({}, {}), "these may be sentences"
