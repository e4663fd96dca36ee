"""Explanations of codes, for people: the list by group, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from spine.printable import printable
from spine.records.explanation import CommandExample, Example, Explanation, TreeExample
from spine.review.style import Style

_WIDTH = 100


def explanations_lines(groups: Sequence[tuple[str, Sequence[Explanation]]], style: Style) -> list[str]:
    """Every code with its title."""
    out: list[str] = []
    for group, members in groups:
        out += ["", style("strong", printable(group))] if out else [style("strong", printable(group))]
        out += [f"  {style('conflict', one.code)}  {printable(one.title)}" for one in members]
    return out


def explanation_lines(one: Explanation, style: Style) -> list[str]:
    """One code: what it means, why, both examples, and what mends it."""
    return [
        f"{style('conflict', one.code)} {style('strong', printable(one.title))}",
        "",
        *_prose(one.means),
        "",
        style("strong", "Why"),
        *_prose(one.why),
        "",
        style("strong", "Not like this"),
        *_example(one.bad, style),
        "",
        style("strong", "But like this"),
        *_example(one.good, style),
        "",
        style("strong", "What mends it"),
        *(f"    {line}".rstrip() for line in printable(one.mend, multiline=True).split("\n")),
    ]


def _prose(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(printable(text, multiline=True).split("\n")):
        if number:
            yield ""
        yield from (f"  {line}" for line in wrap(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _example(example: Example, style: Style) -> Iterator[str]:
    if isinstance(example, TreeExample):
        for path, text in example.files.items():
            yield f"    {style('comment', printable(path))}" + ("" if text else " (not there)")
            if not text:
                continue
            yield from (f"      {line}".rstrip() for line in printable(text.rstrip("\n"), multiline=True).split("\n"))
    elif isinstance(example, CommandExample):
        yield from (f"    $ {printable(line)}" for line in example.lines)
    else:
        yield from (f"    {line}".rstrip() for line in printable(example.text, multiline=True).split("\n"))
