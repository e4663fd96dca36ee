"""Two real changes of one file, made concurrent: what each way of merging makes of them.

P → A → B are consecutive versions. B's change is moved onto P (B'), so that A and B' are what two people would have
brought; what a merge of the two should say is known: the recorded B. B' is git's own replay of the author's lines where
that says the same, else spine's replay by key, and where hunks touch a replay by line. Pairs in which B edits or undoes
what A made are not concurrent, and are left out and counted. All verdicts are by `bench.meaning` and
`bench.collisions`, lost updates by the reference of the tests' law 8; none of them is spine's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import yaml

import spine
from bench import corpus
from bench.collisions import depends, is_real, touch
from bench.corpus import Blobs, Pair
from bench.meaning import Tree, differences, find, kind, read, same, word
from bench.rivals import GitMerges
from spine.address import Address
from spine.change.operations import Add, Change, Remove, Rename, SetValue
from spine.change.rules import FileRules, Rule
from spine.errors import SpineError
from spine.records.settings import read_settings
from tests.reference_merge import CONFLICT, OPEN, expected, leaves, trees

STAMPS = ("updated", "updated_at", "last_updated", "last_verified", "last_reviewed", "generated", "generated_at")
SETTINGS = 'spine: settings/1\ngoverned: ["**/*.yaml"]\nmerge:\n' + "".join(
    f'  "*#{place}{stamp}": newest\n' for stamp in STAMPS for place in ("", "*.")
)
METHODS = ("git merge-file", "git merge-file --union", "spine, strict", "spine, newest time stamp wins")
GIT, UNION, STRICT, NEWEST = METHODS
OUTCOMES = ("clean", "conflict", "refused", "doubled key", "CRASH", "WRONG")  # from good to bad


Result = spine.Merged | spine.Conflicts | Exception


@dataclass(slots=True)
class Tally:
    """What came of the pairs, by group (the busiest file, the others); and each thing worth a look, by name."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # group, method, outcome
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    triples: list[tuple[str, str, str, str]] = field(default_factory=list)  # name, P, A, B' of each finding
    busiest: str = ""

    def take(self, other: Tally) -> None:
        """Add another part's tally."""
        self.counts.update(other.counts)
        self.outcomes.update(other.outcomes)
        self.kinds.update(other.kinds)
        self.findings += other.findings
        self.triples += other.triples
        self.busiest = self.busiest or other.busiest


class Anything:
    """A pattern that matches every address."""

    def matches(self, address: Address) -> bool:
        """Always."""
        return bool(address) or True


FORCED = FileRules(merge=((Anything(), Rule("theirs")),))


def measure(jobs: int = 2, every: int = 1) -> Tally:
    """Merge all adjacent pairs of the corpus (every n-th) in `jobs` processes."""
    total = Tally()
    for part in corpus.spread(merge_pairs, lambda repository: chosen(repository, every), jobs):
        total.take(part)
    return total


def chosen(repository: Path, every: int) -> list[tuple[str, Pair, Pair]]:
    """Every n-th adjacent pair, with its group: the busiest file's, or one of the others'."""
    found = corpus.adjacent(corpus.pairs(repository))
    busiest = Counter(one.path for one, _ in found).most_common(1)[0][0]
    grouped = [("busiest" if one.path == busiest else "others", one, other) for one, other in found]
    return [pair for group in ("busiest", "others") for pair in [p for p in grouped if p[0] == group][::every]]


def merge_pairs(repository: Path, part: list[tuple[str, Pair, Pair]]) -> Tally:
    """What came of some pairs."""
    tally = Tally()
    with Blobs(repository) as blobs, GitMerges() as git:
        for group, one, other in part:
            if group == "busiest":
                tally.busiest = one.path
            name = f"{one.path} {one.before[:8]}..{one.after[:8]}..{other.after[:8]}"
            texts = blobs.text(one.before), blobs.text(one.after), blobs.text(other.after)
            rules = read_settings(SETTINGS).rules_for(one.path)
            _Trial(tally, group, name, git, rules).run(*texts)
    return tally


class _Trial:
    """One pair: made concurrent, merged in four ways and both orders, and judged."""

    def __init__(self, tally: Tally, group: str, name: str, git: GitMerges, rules: FileRules) -> None:
        self.tally = tally
        self.group = group
        self.name = name
        self.git = git
        self.rules = rules

    def count(self, what: str) -> None:
        self.tally.counts[self.group, what] += 1

    def run(self, p: str, a: str, b: str) -> None:
        self.count("pairs")
        said = find(p), find(a), find(b)
        if None in said:
            return self.count("left out: a version does not parse")
        if same(said[0], said[1]) or same(said[1], said[2]):
            return self.count("left out: comments or formatting only")
        if depends(*said):
            return self.count("left out: B edits or undoes what A made")
        moved, how = self.moved(p, a, b)
        if moved is None:
            self.finding("cannot be moved", how)
            return self.count("left out: B's change could not be moved onto P")
        self.count("concurrent")
        self.count(f"moved by {how}")
        self.p, self.a, self.b, self.truth = p, a, moved, said[2]
        self.said = said[0], said[1], read(moved)
        self.seen: dict[str, str] = {}  # a merged text and what it is worth
        self.lost: dict[str, list[str]] = {}
        for method, options in ((GIT, ()), (UNION, ("--union",))):
            texts = [self.git.merge(p, *sides, *options) for sides in ((a, moved), (moved, a))]
            self.record(method, [self.verdict(text) for text in texts])
        self.spine_merges()
        return None

    def finding(self, what: str, detail: str) -> None:
        self.tally.findings.append(f"{what:<22}{self.name}: {detail}")

    def keep_texts(self) -> None:
        self.tally.triples.append((self.name, self.p, self.a, self.b))

    # -- B's change, moved onto P ---------------------------------------------------------------------------------

    def moved(self, p: str, a: str, b: str) -> tuple[str | None, str]:
        """B', and who made it; or None, and why not."""
        by_key, reason = self.by_key(p, a, b)
        wanted = find(by_key) if by_key is not None else None
        by_git = self.git.merge(a, p, b)
        if by_git is not None and wanted is not None and (said := find(by_git)) is not None and same(said, wanted):
            return by_git, "git"
        if by_key is not None:
            return (None, "nothing is left of it") if by_key == p else (by_key, "key")
        by_line = by_lines(p, a, b)
        if by_line is not None and by_line != p and find(by_line) is not None:
            return by_line, "line"
        return None, reason

    def by_key(self, p: str, a: str, b: str) -> tuple[str | None, str]:
        try:
            merged = spine.merge(a, p, spine.diff(a, b), rules=FORCED)
        except SpineError as error:
            return None, f"{error.code} {error}"
        if isinstance(merged, spine.Conflicts):
            return None, "; ".join(f"{one.kind} at {one.at}: {one.message}" for one in merged.conflicts)
        return merged.text, ""

    # -- the four ways --------------------------------------------------------------------------------------------

    def spine_merges(self) -> None:
        changes = []
        for text in (self.a, self.b):
            try:
                changes.append(spine.diff(self.p, text))
            except Exception as error:  # `diff` always has an answer: a refusal would be a defect too
                self.finding("CRASH", f"diff: {type(error).__name__}: {error}")
                self.keep_texts()
                for method in (STRICT, NEWEST):
                    self.record(method, ["CRASH"])
                return
        for method, rules in ((STRICT, FileRules()), (NEWEST, self.rules)):
            results = [
                self.merged(target, change, rules) for target, change in ((self.a, changes[1]), (self.b, changes[0]))
            ]
            verdicts = [self.judged(method, result) for result in results]
            self.record(method, verdicts)
            if len(set(verdicts)) > 1 and {*verdicts} == {"clean", "conflict"} and any(one.patch for one in changes):
                self.count(f"{method}: one order conflicts, one side being told as text")
            elif len(set(verdicts)) > 1:
                self.count(f"{method}: one order conflicts, the other does not")
                self.finding("one order only", f"{method}: {verdicts}")
                self.keep_texts()
            texts = [result.text for result in results if isinstance(result, spine.Merged)]
            if len(texts) == 2:
                self.converges(method, texts, changes)

    def merged(self, target: str, change: Change, rules: FileRules) -> Result:
        try:
            return spine.merge(self.p, target, change, rules=rules)
        except Exception as error:  # a crash is what is being counted
            return error

    def judged(self, method: str, result: Result) -> str:
        if isinstance(result, Exception):
            outcome = "refused" if isinstance(result, SpineError) else "CRASH"
            self.finding(outcome, f"{method}: {type(result).__name__}: {result}")
            self.keep_texts()
            return outcome
        if isinstance(result, spine.Conflicts):
            for one in result.conflicts:
                self.count(f"{method}: conflicts")
                if method == NEWEST:
                    self.tally.kinds[f"{self.group}: {one.kind} at {_shape(one.at)}"] += 1
                if not (self.lines_touch() if one.kind == "text" else is_real(one.at, *self.said)):
                    self.count(f"{method}: conflicts that are not real")
                    self.finding("not a real conflict", f"{method}: {one.kind} at {one.at}: {one.message}")
                    self.keep_texts()
            return "conflict"
        verdict = self.verdict(result.text)
        if verdict == "WRONG":
            self.finding("WRONG", f"{method}: {'; '.join(self.wrong_places(read(result.text)))}")
            self.keep_texts()
        self.updates(method, result)
        return verdict

    def lines_touch(self) -> bool:
        """Whether hunks of the two sides touch, read as text: a change that operations cannot tell merges by line."""
        return touch(*(text.splitlines() for text in (self.p, self.a, self.b)))

    def verdict(self, text: str | None) -> str:
        """What a merged text is worth: it must say what the recorded B says."""
        if text is None:
            return "conflict"
        if text not in self.seen:
            said = find(text)
            self.seen[text] = "WRONG" if said is None else self.worth(said)
        return self.seen[text]

    def worth(self, said: Tree) -> str:
        if not any(self.wrong_places(said)):
            return "clean"
        single = without_doubles(said)
        if single == said:
            return "WRONG"
        either = [word(path[-1]) in STAMPS for path, _, _ in differences(single, self.truth) if path]
        return "doubled key" if all(either) else "WRONG"

    def wrong_places(self, said: Tree) -> Iterator[str]:
        """Where a result is not the recorded B; of two stamps the newer one is right, whichever was recorded last."""
        for path, found, wanted in differences(said, self.truth):
            is_stamp = path and word(path[-1]) in STAMPS and kind(found) == "scalar"
            if not (is_stamp and found == max((self.at(side, path) for side in self.said[1:]), key=moment)):
                yield f"{path}: {str(found)[:80]} instead of {str(wanted)[:80]}"

    def at(self, tree: Tree, path: tuple[object, ...]) -> Tree:
        """What stands at a path of names; only mappings are on the way to a stamp."""
        for name in path:
            tree = dict(tree[1]).get(name) if tree is not None and tree[0] == "map" else None
        return tree

    def updates(self, method: str, result: spine.Merged) -> None:
        """Law 8: every leaf is what the independent reference expects."""
        decided = {str(note.at).rsplit(".", 1)[-1] for note in result.notes if note.kind == "decided by rule"}
        try:
            if result.text not in self.lost:
                self.lost[result.text] = lost_updates(self.p, self.a, self.b, result.text, decided)
            lost = self.lost[result.text]
        except yaml.YAMLError:
            return self.count(f"{method}: several documents, not for the reference")
        if lost:
            self.count(f"{method}: LOST UPDATES")
            self.finding("LOST UPDATE", f"{method}: {lost[:3]}")
            self.keep_texts()
        for side, text in (("A", self.a), ("B'", self.b)):
            gone = comments(text) - comments(self.p) - comments(result.text)
            if gone and not any(note.kind.startswith(("comment", "residual")) for note in result.notes):
                self.count(f"{method}: comments lost")
                self.finding("comment lost", f"{method}: of {side}: {list(gone)[:2]}")
        return None

    def converges(self, method: str, texts: list[str], changes: list[Change]) -> None:
        """Law 7: equal bytes where the changes are of keyed lists and mappings alone, else the same said."""
        self.count(f"{method}: clean in both orders")
        if texts[0] == texts[1]:
            return self.count(f"{method}: equal bytes in both orders")
        if not same(*map(read, texts)):
            self.count(f"{method}: DIFFERENT DATA in the two orders")
            self.finding("orders differ", f"{method}: the data")
            return self.keep_texts()
        self.count(f"{method}: the same data, other bytes")
        self.tally.kinds["other bytes: " + self.told_by(changes)] += 1
        by_key = (Add, Remove, SetValue, Rename)
        if all(isinstance(op, by_key) for change in changes for op in change.ops) and not any(
            change.residual or change.patch for change in changes
        ):
            self.count(f"{method}: OTHER BYTES although all is keyed")
            self.finding("orders differ", f"{method}: the bytes, all is keyed")
            self.keep_texts()
        return None

    def told_by(self, changes: list[Change]) -> str:
        """The kinds of operations in two changes, but for those that never depend on an order."""
        kinds = {type(op).__name__ for change in changes for op in change.ops} - {"SetValue"}
        kinds |= {part for change in changes for part in ("residual", "patch") if getattr(change, part)}
        return ", ".join(sorted(kinds))

    def record(self, method: str, verdicts: list[str]) -> None:
        """The worst of the orders counts."""
        worst = max(verdicts, key=OUTCOMES.index)
        self.tally.outcomes[self.group, method, worst] += 1


def by_lines(p: str, a: str, b: str) -> str | None:
    """A's lines that B changed, changed in P: each hunk behind the last of its predecessors that P has.

    None where B drops a line that P does not have.
    """
    old, mine, new = (text.splitlines(keepends=True) for text in (p, a, b))
    here: dict[int, int] = {}  # a line of A → the same line of P
    for block in SequenceMatcher(None, mine, old, autojunk=False).get_matching_blocks():
        here.update((block.a + n, block.b + n) for n in range(block.size))
    edits: list[tuple[int, int, list[str]]] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, mine, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        dropped = [here.get(n) for n in range(start, end)]
        if None in dropped or (dropped and dropped != list(range(here[start], here[start] + end - start))):
            return None
        behind = next((here[n] for n in range(start - 1, -1, -1) if n in here), -1)
        at = here[start] if dropped else behind + 1
        edits.append((at, at + len(dropped), new[new_start:new_end]))
    for start, end, lines in sorted(edits, key=lambda edit: edit[0], reverse=True):
        old[start:end] = lines
    return "".join(old)


def _shape(at: Address) -> str:
    """An address without the names of items, to count conflicts by the field that they are in."""
    return re.sub(r"\[[^\]]*\](#\d+)?", "[]", str(at))


def without_doubles(tree: Tree) -> Tree:
    """The tree as a loader reads it that lets the last of several equal keys win."""
    if kind(tree) == "map":
        return "map", tuple({name: ((name, 1), without_doubles(value)) for (name, _), value in tree[1]}.values())
    return ("list", tuple(map(without_doubles, tree[1]))) if kind(tree) == "list" else tree


def moment(stamp: Tree) -> tuple[int, ...]:
    """The numbers of a time stamp, to be compared."""
    return tuple(int(number) for number in re.findall(r"\d+", stamp[1])) if kind(stamp) == "scalar" else ()


def lost_updates(base: str, target: str, proposed: str, result: str, decided: set[str]) -> list[str]:
    """Where a merged text is not what the reference of law 8 expects, but for stamps that a rule decided."""
    wanted = expected(base, target, proposed)
    undecided = [path for path, outcome in wanted.items() if outcome in (CONFLICT, OPEN)]
    untold = [path for path, outcome in wanted.items() if outcome == CONFLICT and path[-1] not in decided]
    found = dict(leaves(trees(base, target, proposed, result)[3]))
    sure = {path: outcome[1] for path, outcome in wanted.items() if outcome[0] == "value"}
    lost = [f"{path}: a conflict that nobody was told of" for path in untold]
    lost += [f"{path}: lost, {leaf}" for path, leaf in sure.items() if found.get(path) != leaf]
    lost += [
        f"{path}: from nowhere, {leaf}"
        for path, leaf in found.items()
        if path not in sure and not any(path[: len(above)] == above or above[:-1] == path for above in undecided)
    ]
    return lost


def comments(text: str) -> Counter[str]:
    """Lines that are comments."""
    return Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))


# ---- what is printed ----------------------------------------------------------------------------------------------

TO_BEAT = {  # measured on the origin of the corpus with earlier means: per cent of the concurrent pairs
    ("busiest", GIT, "conflict"): 88.0,
    ("busiest", STRICT, "conflict"): 84.0,
    ("busiest", NEWEST, "conflict"): 1.5,
    ("busiest", UNION, "WRONG"): 22.0,
    ("others", GIT, "conflict"): 43.0,
    ("others", NEWEST, "conflict"): 18.0,
}
SHOWN = 20
NONE = (  # what must not be, counted beside the outcomes
    "conflicts that are not real",
    "LOST UPDATES",
    "comments lost",
    "one order conflicts, the other does not",
    "DIFFERENT DATA in the two orders",
    "OTHER BYTES although all is keyed",
)


def faults(tally: Tally) -> dict[str, int]:
    """How often spine did what it must not; all zero is the goal."""
    found = {}
    for method in (STRICT, NEWEST):
        for outcome in ("WRONG", "CRASH", "refused"):
            found[f"{method}: {outcome}"] = sum(
                tally.outcomes[group, method, outcome] for group in ("busiest", "others")
            )
        for what in NONE:
            found[f"{method}: {what}"] = sum(
                tally.counts[group, f"{method}: {what}"] for group in ("busiest", "others")
            )
    return found


def report(tally: Tally) -> str:
    """The tables that `make bench` prints."""
    lines = [
        "Concurrency: two adjacent modifications of one file, P → A → B, B's change moved onto P, merged in both orders"
    ]
    for group, title in (("busiest", f"the busiest file, {tally.busiest}"), ("others", "all other files")):
        count = {what: number for (of, what), number in tally.counts.items() if of == group}
        concurrent = count.get("concurrent", 0)
        lines.append(f"  {title}: {count.get('pairs', 0)} pairs, {concurrent} concurrent")
        lines += [f"    {count[what]:>6}  {what}" for what in sorted(count) if what.startswith("left out")]
        ways = ", ".join(f"{count[what]} by {what[9:]}" for what in sorted(count) if what.startswith("moved by"))
        lines.append(f"            B' was made {ways}")
        shown = [one for one in OUTCOMES if any(tally.outcomes[group, method, one] for method in METHODS)]
        shown = [one for one in OUTCOMES if one in shown or one in ("clean", "conflict", "WRONG")]
        lines.append("    " + f"{'per cent':<30}" + "".join(f"{one:>13}" for one in shown))
        for method in METHODS:
            cells = [100 * tally.outcomes[group, method, one] / max(concurrent, 1) for one in shown]
            goals = [f"{one} {goal:g}" for (of, way, one), goal in TO_BEAT.items() if (of, way) == (group, method)]
            lines.append(
                f"    {method:<30}"
                + "".join(f"{cell:>13.1f}" for cell in cells)
                + (f"   to beat: {', '.join(goals)}" if goals else "")
            )
        for method in (STRICT, NEWEST):
            clean, equal, other = (
                count.get(f"{method}: {what}", 0)
                for what in ("clean in both orders", "equal bytes in both orders", "the same data, other bytes")
            )
            as_text = count.get(f"{method}: one order conflicts, one side being told as text", 0)
            lines.append(
                f"    {method}: {count.get(f'{method}: conflicts', 0)} conflicts, all orders; of {clean} clean pairs "
                f"{equal} end in equal bytes in both orders, {other} in the same data"
                + (f"; {as_text} conflict in one order only, one side being told as text" if as_text else "")
            )
    lines.append("  must all be 0:")
    lines += [f"    {number:>6}  {what}" for what, number in faults(tally).items()]
    lines.append("  spine's conflicts under “newest”, and what merged to the same data in other bytes:")
    lines += [f"    {number:>6}  {what}" for what, number in tally.kinds.most_common(SHOWN)]
    if len(tally.kinds) > SHOWN:
        rest = sum(number for _, number in tally.kinds.most_common()[SHOWN:])
        lines.append(f"    {rest:>6}  elsewhere, in {len(tally.kinds) - SHOWN} more kinds of places")
    lines += [f"    {line[:300]}" for line in sorted(tally.findings)]
    lines.append("  doubled key: right only for a loader that lets the last of two equal keys win; YAML forbids it")
    return "\n".join(lines)


def figures(tally: Tally) -> dict[str, object]:
    """The same for programs."""
    groups = {}
    for group in ("busiest", "others"):
        groups[group] = {
            "counts": {what: number for (of, what), number in sorted(tally.counts.items()) if of == group},
            "outcomes": {method: {one: tally.outcomes[group, method, one] for one in OUTCOMES} for method in METHODS},
        }
    return {"busiest": tally.busiest, "groups": groups, "faults": faults(tally), "kinds": dict(tally.kinds)}
