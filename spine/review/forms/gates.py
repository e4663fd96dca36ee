"""The documents of hooks, reviews of a range, and explanations of codes."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from spine.review.forms.parts import Counts, Finding
from spine.review.forms.proposals import Shown
from spine.review.forms.words import Code, Commit, TreePath


class Hook(TypedDict):
    """One of git's hooks."""

    stage: str
    path: str
    state: Literal["installed", "called", "by-pre-commit", "another's", "missing"]
    """`called`: another's hook has the line; `by-pre-commit`: pre-commit's configuration decides."""


class Hooks(TypedDict):
    """The hooks that were written or removed, or all of them."""

    hooks: list[Hook]


Lines = TypedDict("Lines", {"pre-commit": str, "pre-merge-commit": str, "commit-msg": str, "pre-push": str})


class HookLines(TypedDict):
    """The line for a hook that is there already, by stage."""

    lines: Lines


class ExampleFile(TypedDict):
    """A file of an example."""

    path: TreePath
    text: str | None
    """Null: the file is gone."""


class Example(TypedDict):
    """What a code is about, shown: files, commands or a text, as `kind` says; the others are empty."""

    kind: Literal["files", "commands", "text"]
    files: list[ExampleFile]
    commands: list[str]
    text: str | None


class ExplainedCode(TypedDict):
    """A code of a finding or an error."""

    code: Code
    title: str
    means: str
    why: str
    """Why it is a rule."""
    bad: Example
    good: Example
    mend: str
    """What mends it."""


class Explanation(ExplainedCode):
    """What a code means, why it is a rule, an example of each kind, and what mends it."""

    group: str


class CodeGroup(TypedDict):
    """Codes that belong together."""

    group: str
    codes: list[ExplainedCode]


class Explanations(TypedDict):
    """All codes, by group."""

    groups: list[CodeGroup]


class Unreadable(TypedDict):
    """A folder of a proposal that cannot be read."""

    folder: TreePath
    problem: str


class Moved(TypedDict):
    """A loop or gap whose state is not what it was; null: it was not there, or is not any more."""

    kind: Literal["loop", "gap"]
    id: str
    title: str
    before: str | None
    after: str | None


class RangeReviewed(TypedDict):
    """The proposals that a range of commits brings, totals of what would land, and what came without a receipt."""

    since: Commit | None
    until: Commit
    onto: Commit
    """The commit that the plans are made on."""
    counts: Counts
    pending: list[Shown]
    landed: list[Shown]
    closed: list[Shown]
    """Withdrawn, superseded or undone."""
    unreadable: list[Unreadable]
    moved: list[Moved]
    by_hand: list[Finding]
    fresh: list[Finding]
    """What `validate` finds at the end and did not find at the beginning."""
    unknown: list[Finding]
    """What cannot be told."""
