"""Outside text that is shown: nothing in it acts, and nothing of it is hidden."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.printable import fenced, has_unsafe, printable

HOSTILE = (
    *(chr(point) for point in (*range(0x20), *range(0x7F, 0xA0))),
    *"\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\u2061\u3164\ufeff\ufff9\U000e0041",
    *(chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    *("\ud800", "\udc80", "\udfff"),
)
anything = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from([*HOSTILE, *"a `~\\<>é漢"]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("VM 100 läuft – 漢字 👍 ⚠️", "VM 100 läuft – 漢字 👍 ⚠️"),
        ("\x1b[2Jgone", "␛[2Jgone"),
        ("\x1b]8;;http://evil\x07click\x1b]8;;\x1b\\", "␛]8;;http://evil␇click␛]8;;␛\\"),
        ("\x9b31mred\x9d52;c;\x9c", "<U+009B>31mred<U+009D>52;c;<U+009C>"),
        ("ok\rFAILED", "ok␍FAILED"),
        ("a\tb\nc\x7f\x00", "a␉b␊c␡␀"),
        ("admin\u202eresu\u2066x\u2069", "admin<U+202E>resu<U+2066>x<U+2069>"),
        ("pass\u200bword\ufeff", "pass<U+200B>word<U+FEFF>"),
        ("one\u2028two\u2029three\x85four", "one<U+2028>two<U+2029>three<U+0085>four"),
        ("name\udcff.yaml", "name<U+DCFF>.yaml"),
        ("tag\U000e0041", "tag<U+E0041>"),
    ],
)
def test_what_acts_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_and_tabs_stay_in_multiline_text_and_carriage_returns_do_not() -> None:
    assert printable("a\tb\r\nc", multiline=True) == "a\tb␍\nc"
    assert not has_unsafe("a\tb\nc", multiline=True)
    assert has_unsafe("a\tb\nc")
    assert has_unsafe("a\r\nb", multiline=True)


def test_every_hostile_character_is_caught() -> None:
    assert [char for char in HOSTILE if not has_unsafe(char)] == []


def test_of_what_unicode_calls_control_format_or_separator_only_signs_of_four_scripts_stay() -> None:
    """Signs with a glyph of their own, such as ARABIC NUMBER SIGN; they neither hide nor reorder."""
    kept = [
        unicodedata.name(char, repr(char))
        for char in map(chr, range(0x110000))
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and not has_unsafe(char)
    ]
    assert [name for name in kept if not name.startswith(("ARABIC ", "SYRIAC ", "KAITHI ", "EGYPTIAN "))] == []


@given(anything, st.booleans())
def test_the_output_is_safe_and_stable(text: str, multiline: bool) -> None:
    shown = printable(text, multiline=multiline)
    assert not has_unsafe(shown, multiline=multiline)
    assert printable(shown, multiline=multiline) == shown
    assert (shown != text) == has_unsafe(text, multiline=multiline)
    shown.encode("utf-8")


@given(anything)
def test_one_line_stays_one_line(text: str) -> None:
    assert len(printable(text).splitlines()) <= 1


@given(anything, st.text())
def test_a_fence_is_never_closed_from_inside(text: str, lang: str) -> None:
    opening, *body, closing, after = fenced(text, lang).split("\n")
    assert after == ""
    assert set(closing) == {"`"}
    assert len(closing) >= 3
    assert opening.startswith(closing)
    assert "`" not in opening.removeprefix(closing)
    assert all(closing not in line for line in body)
    assert "".join(line + "\n" for line in body).removesuffix("\n") == printable(text, multiline=True).removesuffix(
        "\n"
    )


def test_fences() -> None:
    assert fenced("a: 1", "yaml") == "```yaml\na: 1\n```\n"
    assert fenced("````\n<script>\x1b", "ya`ml x\n") == "`````yamlx\n````\n<script>␛\n`````\n"
    assert fenced("") == "```\n```\n"
