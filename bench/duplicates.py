"""Two people add the same entry at different places of one file: git's merge is clean and the file says it twice.

Each triple is made from a file of the corpus by putting in whole lines, found through PyYAML's marks: one new key, list
item or member, ≥ 4 lines apart on the two sides, equal or not. That `git merge-file` is clean and doubles the entry is
asserted of every triple by reading its result with PyYAML; what spine makes of it is read in the same way.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import yaml

import spine
from bench import corpus
from bench.collisions import collides
from bench.corpus import Blobs
from bench.meaning import Tree, find, kind, read, same
from bench.rivals import GitMerges
from spine.errors import SpineError

APART = 4  # lines between the two places, as many as keep git's hunks from touching
PER_FILE = 12
Where = Literal["mapping", "keyed list", "set"]
VARIANTS = ("equal", "another value", "other fields")
OUTCOMES = ("one, told in a note", "conflict", "ONE, BUT NOBODY WAS TOLD", "WRONG DATA", "DUPLICATE", "refused")


@dataclass(frozen=True, slots=True)
class Triple:
    """A base and two sides that both add `name`, which the base does not have."""

    path: str
    where: Where
    depth: int
    variant: str
    name: str
    base: str
    left: str
    right: str


@dataclass(slots=True)
class Tally:
    """Outcomes by kind of collection, nested or not, and variant; and what went otherwise than it should."""

    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unusable: Counter[str] = field(default_factory=Counter)
    triples: int = 0
    findings: list[str] = field(default_factory=list)
    texts: list[tuple[str, str, str, str]] = field(default_factory=list)

    def take(self, other: Tally) -> None:
        """Add another part's tally."""
        self.outcomes.update(other.outcomes)
        self.unusable.update(other.unusable)
        self.triples += other.triples
        self.findings += other.findings
        self.texts += other.texts


def measure(jobs: int = 2, every: int = 1) -> Tally:
    """Make and merge the triples (of every n-th file) in `jobs` processes."""
    total = Tally()
    for part in corpus.spread(merge_files, lambda repository: files(repository)[::every], jobs):
        total.take(part)
    return total


def files(repository: Path) -> list[tuple[str, str]]:
    """Each binding's path and its last blob that some modification made."""
    return sorted({pair.path: pair.after for pair in corpus.pairs(repository)}.items())


def merge_files(repository: Path, part: list[tuple[str, str]]) -> Tally:
    """What came of the triples made from some files."""
    tally = Tally()
    with Blobs(repository) as blobs, GitMerges() as git:
        for path, blob in part:
            for triple in triples(path, blobs.text(blob)):
                judge(tally, triple, git)
    return tally


def judge(tally: Tally, triple: Triple, git: GitMerges) -> None:
    """Merge one triple with git, which must double the entry, and in both orders with spine, which must not."""
    by_git = git.merge(triple.base, triple.left, triple.right)
    if by_git is None:
        tally.unusable["git saw a conflict"] += 1
        return
    said = find(by_git)
    if said is None or occurrences(said, triple.name) != 2:
        tally.unusable["git's result holds no duplicate"] += 1
        return
    tally.triples += 1
    group = f"{triple.where}, {'nested' if triple.depth else 'top level'}"
    for target, proposed in ((triple.left, triple.right), (triple.right, triple.left)):
        outcome = _outcome(triple, target, proposed)
        tally.outcomes[group, triple.variant, outcome] += 1
        if outcome not in OUTCOMES[:2]:
            tally.findings.append(f"{outcome}: {triple.path}: {triple.name} ({group}, {triple.variant})")
            tally.texts.append((f"{outcome} {triple.path}", triple.base, target, proposed))


def _outcome(triple: Triple, target: str, proposed: str) -> str:
    base = triple.base
    try:
        merged = spine.merge(base, target, spine.diff(base, proposed))
    except SpineError:
        return "refused"
    must_conflict = collides(read(base), read(target), read(proposed))
    if isinstance(merged, spine.Conflicts):
        return "conflict" if must_conflict else "WRONG DATA"
    said = read(merged.text)
    if occurrences(said, triple.name) != 1:
        return "DUPLICATE"
    if must_conflict or (triple.variant == "equal" and not same(said, read(target))):
        return "WRONG DATA"
    if triple.variant == "other fields" and not all(f"{triple.name}-{side}" in merged.text for side in ("l", "r")):
        return "WRONG DATA"
    told = any(note.kind in ("already there", "merged entry") for note in merged.notes)
    return OUTCOMES[0] if told else OUTCOMES[2]


def occurrences(tree: Tree, name: str) -> int:
    """How often a name stands in a tree, as a key or as a scalar."""
    if kind(tree) == "map":
        return sum((key == name) + occurrences(value, name) for (key, _), value in tree[1])
    if kind(tree) == "list":
        return sum(occurrences(item, name) for item in tree[1])
    return int(tree[1] == name)


# ---- making triples -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Home:
    """A collection that can take an entry: its node, what it is, how deep it lies, and the lines to put one in."""

    node: yaml.CollectionNode
    where: Where
    depth: int
    fields: tuple[str, ...]
    lines: tuple[int, ...]


def triples(path: str, text: str) -> Iterator[Triple]:
    """The triples of one file: seeded by its path, each variant in turn, collections of all kinds and depths."""
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return
    chance = random.Random(path)
    lines = text.splitlines(keepends=True)
    homes = _mixed(list(_homes(root, lines, 0)), chance)
    for number in range(PER_FILE if homes else 0):
        home = homes[number % len(homes)]
        variant = "equal" if home.where == "set" else VARIANTS[(number + len(path)) % len(VARIANTS)]
        places = [(one, two) for one in home.lines for two in home.lines if two - one >= APART]
        one, two = chance.choice(places)
        name = f"99{chance.randrange(10**6):06}" if home.where == "keyed list" else f"shared_{chance.randrange(10**6)}"
        left, right = _entry(home, lines, name, variant, chance)
        if chance.random() < 0.5:
            one, two = two, one
        sides = ["".join([*lines[:at], added, *lines[at:]]) for at, added in ((one, left), (two, right))]
        yield Triple(path, home.where, home.depth, variant, name, text, sides[0], sides[1])


def _mixed(homes: list[_Home], chance: random.Random) -> list[_Home]:
    """Shuffled, and the kinds of collections in turn."""
    chance.shuffle(homes)
    kinds = [[home for home in homes if home.where == where] for where in ("keyed list", "mapping", "set")]
    return [home for row in zip_longest(*kinds) for home in row if home is not None]


def _homes(node: yaml.Node | None, lines: list[str], depth: int) -> Iterator[_Home]:
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return
    is_map = isinstance(node, yaml.MappingNode)
    entries = [key for key, _ in node.value] if is_map else node.value
    fields: tuple[str, ...] = ()
    where: Where | None = "mapping" if is_map else None
    if not is_map and all(isinstance(item, yaml.MappingNode) and not item.flow_style for item in entries):
        fields = _unique_fields(entries)
        where = "keyed list" if any(field in ("id", "name") or field.endswith("_id") for field in fields) else None
    elif not is_map and all(isinstance(item, yaml.ScalarNode) and not item.style for item in entries):
        where = "set" if len({item.value for item in entries}) == len(entries) else None
    starts = [entry.start_mark.line for entry in entries]
    places = tuple(line for line in starts[1:] if _is_content(lines[line - 1]))
    if where and places and places[-1] - places[0] >= APART and lines[-1].endswith("\n"):
        yield _Home(node, where, depth, fields, places)
    for value in [value for _, value in node.value] if is_map else node.value:
        yield from _homes(value, lines, depth + 1)


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _unique_fields(items: list[yaml.MappingNode]) -> tuple[str, ...]:
    """Fields that every item has as a plain one-line scalar and no two share; `id` and `name` first."""
    rows = [{k.value: v for k, v in item.value if isinstance(v, yaml.ScalarNode)} for item in items]
    fields = [f for f in rows[0] if all(f in row for row in rows)] if rows else []
    unique = [f for f in fields if len({row[f].value for row in rows}) == len(rows) > 1]
    return tuple(sorted(unique, key=lambda field: (field != "id", field != "name")))


def _entry(home: _Home, lines: list[str], name: str, variant: str, chance: random.Random) -> tuple[str, str]:
    """The lines that the two sides put in."""
    column = home.node.start_mark.column
    if home.where == "set":
        return (f"{' ' * column}- {name}\n",) * 2
    if home.where == "mapping":
        pad = " " * column
        if variant == "equal" and chance.random() < 0.5:
            return (f"{pad}{name}: enabled\n",) * 2
        if variant == "another value" and chance.random() < 0.5:
            return f"{pad}{name}: enabled\n", f"{pad}{name}: disabled\n"
        body = f"{pad}{name}:\n{pad}  owner: platform\n{pad}  ports: [80, 443]\n"
        inner = f"{pad}  "
    else:
        body, inner = _copied_item(home, lines, name, chance)
    other = body
    if variant == "another value":
        body, other = (f"{text}{inner}added_state: {state}\n" for text, state in ((body, "on"), (other, "off")))
    elif variant == "other fields":
        body, other = (f"{text}{inner}added_{side}: {name}-{side}\n" for text, side in ((body, "l"), (other, "r")))
    return body, other


def _copied_item(home: _Home, lines: list[str], name: str, chance: random.Random) -> tuple[str, str]:
    """A neighbour's lines under another name, and the white space in front of its fields."""
    items = home.node.value
    whole = [n for n in range(len(items) - 1) if items[n + 1].start_mark.line in home.lines]
    n = chance.choice(whole)
    item, first = items[n], items[n].start_mark.line
    copied = lines[first : items[n + 1].start_mark.line]
    for key, value in item.value:
        if key.value in home.fields and value.start_mark.line == value.end_mark.line:
            line, column = value.start_mark.line - first, value.start_mark.column
            fresh = name if key.value == home.fields[0] else f"{key.value}-of-{name}"
            copied[line] = copied[line][:column] + fresh + copied[line][value.end_mark.column :]
    return "".join(copied), " " * item.start_mark.column


# ---- what is printed ----------------------------------------------------------------------------------------------


def report(tally: Tally) -> str:
    """The table that `make bench` prints."""
    unusable = "".join(f"; left out: {number} where {why}" for why, number in tally.unusable.items())
    lines = [
        f"Duplicates: both sides add one entry at places at least {APART} lines apart: {tally.triples} triples "
        f"(goal >= 500) in which git merge-file is clean and doubles it{unusable}",
        "  " + f"{'each merged by spine in both orders':<44}" + "".join(f"{one:>20}" for one in OUTCOMES[:2]),
    ]
    rows = sorted({(group, variant) for group, variant, _ in tally.outcomes})
    for group, variant in rows:
        cells = "".join(f"{tally.outcomes[group, variant, one]:>20}" for one in OUTCOMES[:2])
        lines.append(f"  {f'{group}, {variant}':<44}{cells}")
    lines.append("  must all be 0: " + ", ".join(f"{one} {number}" for one, number in faults(tally).items()))
    return "\n".join([*lines, *(f"    {line}" for line in sorted(tally.findings))])


def faults(tally: Tally) -> dict[str, int]:
    """How often spine did what it must not; all zero is the goal."""
    return {
        bad: sum(number for (_, _, outcome), number in tally.outcomes.items() if outcome == bad) for bad in OUTCOMES[2:]
    }


def figures(tally: Tally) -> dict[str, object]:
    """The same for programs."""
    outcomes = [
        {"collection": group, "variant": variant, "outcome": outcome, "merges": number}
        for (group, variant, outcome), number in sorted(tally.outcomes.items())
    ]
    return {
        "triples": tally.triples,
        "left out": dict(tally.unusable),
        "outcomes": outcomes,
        "faults": faults(tally),
    }
