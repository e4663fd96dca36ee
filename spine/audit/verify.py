"""verify: does a history prove what its receipts claim? Asked of every first-parent commit of a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spine.audit.commits import CommitAudit, Landing
from spine.audit.effects import Prover
from spine.audit.links import Landed
from spine.audit.objects import Commit, Corrupt, Missing, NotAuditable, Objects
from spine.audit.records import SETTINGS, Receipt, Rules, read_receipt, read_rules
from spine.audit.report import CheckedReceipt, Verdict
from spine.audit.trees import Unreadable
from spine.errors import Finding, Place


def verify(folder: str, text: str, env: Mapping[str, str]) -> Verdict:
    """Audit the first-parent commits of `A..B`, or all that `B` reaches. Raises `NotAuditable` or `CannotRead`."""
    objects = Objects.open(folder, env)
    try:
        since, dots, until = text.rpartition("..")
        if "..." in text:
            raise NotAuditable("a range is written A..B, with two dots", place=Place(text[:80]))
        start = objects.commit_named(since or "HEAD") if dots else None
        return _Audit(objects, start, objects.commit_named(until or "HEAD")).run()
    finally:
        objects.close()


@dataclass(slots=True)
class _Audit:
    objects: Objects
    since: str | None
    until: str
    findings: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    receipts: list[CheckedReceipt] = field(default_factory=list)
    _line: list[Commit] = field(default_factory=list)
    _where: dict[str, int] = field(default_factory=dict)
    _rules: dict[str, Rules] = field(default_factory=dict)
    _steps: dict[str, list[tuple[int, str | None, str | None]]] = field(default_factory=dict)
    _covers: list[tuple[str, Receipt]] = field(default_factory=list)
    _explained: dict[str, dict[int, str]] = field(default_factory=dict)

    def run(self) -> Verdict:
        self._walk()
        wanted = set(self.objects.reached(self.since, self.until)) if self.since else {one.id for one in self._line}
        prover = Prover(self.objects)
        rules: Rules | None = None
        seen = governed = 0
        landed: Landed = {}
        self._read_covers()
        for number, commit in enumerate(self._line):
            before = rules
            rules = self._rules_of(commit, before)
            if commit.id not in wanted:
                continue
            seen += 1
            parent = self._line[number - 1] if number else None
            if parent is None and commit.parents:
                message = f"its parent {commit.parents[0][:12]} is not in this clone"
                self.unknown.append(_unknown(commit, message, "git fetch --unshallow"))
            if before is None or rules is None or parent is None:
                continue
            audit = CommitAudit(
                self.objects, prover, commit, parent, before, rules,
                self._covered, self._claims, landed, len(commit.parents) > 1,
            )  # fmt: skip
            try:
                audit.run()
            except Missing as error:
                audit.unknown.append(_unknown(commit, str(error), "git fetch --unshallow"))
            except Corrupt as error:
                audit.find("SP423", "", str(error))
            self.findings += audit.findings
            self.unknown += audit.unknown
            self.receipts += audit.receipts
            governed += audit.governed
        for oid in self.objects.replaced():
            message = f"this clone shows another object in place of {oid[:12]}; the audit looked at the real one"
            hint = f"git replace -d {oid[:12]}"
            self.findings.append(Finding("SP421", Place(f"refs/replace/{oid}"), message, hint, "warning"))
        return Verdict(
            self.since, self.until, tuple(self.receipts), tuple(self.findings), tuple(self.unknown), seen, governed
        )

    def _walk(self) -> None:
        """The first-parent line as the commits themselves tell it, oldest first, as far as this clone has it."""
        here: str | None = self.until
        while here is not None:
            try:
                commit = self.objects.commit(here)
            except Missing:
                break
            self._line.append(commit)
            here = commit.parents[0] if commit.parents else None
        self._line.reverse()
        self._where = {one.id: number for number, one in enumerate(self._line)}

    def _rules_of(self, commit: Commit, before: Rules | None) -> Rules | None:
        """The settings that hold in a commit: its own, else the last there were; None before the first."""
        try:
            item = self.objects.item(commit.tree, SETTINGS)
            if item is None:
                return before
            if item.oid not in self._rules:
                self._rules[item.oid] = read_rules(self.objects.blob(item.oid))
            return self._rules[item.oid]
        except Unreadable as error:
            place = Place(f"{commit.id[:12]}:{SETTINGS}", error.line)
            self.findings.append(Finding("SP418", place, f"the settings cannot be read: {error}"))
        except (Missing, Corrupt) as error:
            self.unknown.append(_unknown(commit, str(error), "git fetch --unshallow"))
        return before or Rules()

    # -- recorded afterwards ----------------------------------------------------------------------------------------

    def _read_covers(self) -> None:
        """The covering receipts of the last tree."""
        tree = self._line[-1].tree
        rules = self._rules_of(self._line[-1], None)
        root = self.objects.item(tree, rules.proposals) if rules is not None else None
        for path, item in self.objects.files(root.oid) if root is not None else ():
            if not path.endswith("/receipt.yaml") or path.count("/") != 2:
                continue
            try:
                data = self.objects.blob(item.oid)
                receipt = read_receipt(data) if b"\ncovers:" in data else None
            except (Unreadable, Missing, Corrupt):
                continue
            if receipt is not None and receipt.covers:
                self._covers.append((path.split("/")[1], receipt))

    def _covered(self, commit: str, path: str) -> str | None:
        """The covering receipt that explains what a commit did to a path."""
        if path not in self._explained:
            found: dict[int, str] = {}
            for id_, receipt in self._covers:
                for number in self._stretch(receipt, path, len(self._line)) or ():
                    found[number] = id_
            self._explained[path] = found
        return self._explained[path].get(self._where[commit])

    def _claims(self, landing: Landing, path: str) -> bool:
        """Whether a stretch before a covering receipt's commit is what it says; ids of commits are hints, not lies."""
        receipt = landing.receipt
        end = min((n for n, one in enumerate(self._line) if self._adds(one, n, f"{landing.folder}/receipt.yaml")),
                  default=len(self._line))  # fmt: skip
        if self._stretch(receipt, path, end) is None:
            return False
        touched = {number for one in receipt.files for number, _, _ in self._history(one.path)}
        return all(self._where[oid] in touched for oid in receipt.covers if oid in self._where)

    def _adds(self, commit: Commit, number: int, path: str) -> bool:
        return self.objects.item(commit.tree, path) is not None and (
            number == 0 or self.objects.item(self._line[number - 1].tree, path) is None
        )

    def _stretch(self, receipt: Receipt, path: str, end: int) -> list[int] | None:
        """The commits, before `end`, that lead a path from a receipt's blob before to its blob after."""
        for claim in receipt.files:
            if claim.path != path:
                continue
            steps = [step for step in self._history(path) if step[0] < end]
            for first, (_, before, _) in enumerate(steps):
                last = next((n for n in range(first, len(steps)) if steps[n][2] == claim.after), None)
                if before == claim.before and last is not None:
                    return [number for number, _, _ in steps[first : last + 1]]
        return None

    def _history(self, path: str) -> list[tuple[int, str | None, str | None]]:
        """Every change of a path on the line: number of the commit, blob before and after."""
        if path not in self._steps:
            found: list[tuple[int, str | None, str | None]] = []
            before: str | None = None
            for number, commit in enumerate(self._line):
                item = self.objects.item(commit.tree, path)
                after = item.oid if item is not None else None
                if number and after != before:
                    found.append((number, before, after))
                before = after
            self._steps[path] = found
        return self._steps[path]


def _unknown(commit: Commit, message: str, hint: str) -> Finding:
    return Finding("SP430", Place(commit.id[:12]), f"cannot tell: {message}", hint, "warning")
