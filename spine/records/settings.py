"""The settings of a governed repository, `spine.yaml`: folders, governed files, identities, merge rules, policy, gaps.

What is declared by patterns holds by the first that matches. Without the file the defaults hold.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from spine.address import Key, parse
from spine.change.rules import FileRules, Rule, RuleName
from spine.dataclass import dataclass
from spine.errors import Refused
from spine.globs import Glob, parse_glob
from spine.identity import Atomic, Identity, Keyed, ListKind, ScalarSet, Sequence
from spine.patterns import PlacePattern, parse_place_pattern
from spine.printable import has_unsafe, printable
from spine.records.authority import KEYS, NOBODY_ASKED, Authority, authority_lines, read_authority
from spine.records.rules import (
    Reference,
    SchemaFor,
    field_path,
    read_refs,
    read_rules,
    read_schemas,
    rule_lines,
)
from spine.records.rules import (
    Rule as Demand,
)
from spine.records.values import flow_list, record, safe_path
from spine.yamldoc.fields import BadField, Fields
from spine.yamldoc.write import field, string

if TYPE_CHECKING:
    from spine.records.audits import Audit

SETTINGS_FILE = "spine.yaml"

Requirable = Literal["why", "loop", "gaps"]
Hooks = Literal["commit-msg", "full", "none"]
CommentRule = Literal["soft", "hard"]
REQUIRABLE: tuple[Requirable, ...] = get_args(Requirable)
HOOKS: tuple[Hooks, ...] = get_args(Hooks)
COMMENTS: tuple[CommentRule, ...] = get_args(CommentRule)
RULES: tuple[RuleName, ...] = get_args(RuleName)

_FOLDERS = ("bindings", "proposals", "loops", "gaps")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,15}")
LANDING = "{proposal}"  # where the id stands in a form of `landings`
_LIMITS = ("loop_days", "pending_days")
_KINDS: dict[str, ListKind] = {"set": ScalarSet(), "sequence": Sequence(), "atomic": Atomic()}


class BadSettings(Refused):
    """`spine.yaml` is not as its format says."""

    code = "SP044"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things lie, relative to the repository."""

    bindings: str = "bindings"
    proposals: str = "proposals"
    loops: str = "loops"
    gaps: str = "gaps"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a proposal must have (`require`), which hooks a landing runs, whether comments conflict, and which otherwise
    closed paths (CI, hooks, attributes; see `spine.paths`) proposals may touch (`allow`); and who may land what."""

    require: tuple[str, ...] = ()
    hooks: str = "commit-msg"
    comments: str = "soft"
    allow: tuple[str, ...] = ()
    authority: Authority = NOBODY_ASKED


@dataclass(frozen=True, slots=True)
class GapRules:
    """The prefix of new gaps (`GAP-PREFIX-118`), and the one file that holds them where it is not a file each.

    With a register the gap verbs read and edit that file; gaps in the folder are read too, and once there is one, new
    ones get a file each.
    """

    prefix: str = "OP"
    register: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many days a loop may be open, and a proposal wait, before `status` calls it stale."""

    loop_days: int = 30
    pending_days: int = 7


@dataclass(frozen=True, slots=True)
class Settings:
    """All that `spine.yaml` says; `governed` is None for the default, all YAML below the bindings folder and itself.

    `prose` are further files in which ids must resolve, `landings` the forms of commit messages by which `adopt`
    recognises proposals that were landed before spine (text with `{proposal}` in it), `audits` the tables of `parity`.
    """

    folders: Folders = Folders()
    governed: tuple[Glob, ...] | None = None
    lists: tuple[tuple[PlacePattern, ListKind], ...] = ()
    merge: tuple[tuple[PlacePattern, Rule], ...] = ()
    refs: tuple[Reference, ...] = ()
    rules: tuple[Demand, ...] = ()
    schemas: tuple[SchemaFor, ...] = ()
    policy: Policy = Policy()
    gaps: GapRules = GapRules()
    prose: tuple[Glob, ...] = ()
    landings: tuple[str, ...] = ()
    limits: Limits = Limits()
    audits: tuple[Audit, ...] = ()

    def audit(self, name: str) -> Audit | None:
        """The audit of this name, if it is declared."""
        return next((one for one in self.audits if one.name == name), None)

    @property
    def governed_globs(self) -> tuple[Glob, ...]:
        """The path patterns of governed files."""
        if self.governed is not None:
            return self.governed
        return _default_globs(self.folders.bindings)

    def is_governed(self, path: str) -> bool:
        """Whether changes of this file have to be explained."""
        return any(glob.matches(path) for glob in self.governed_globs)

    def rules_for(self, path: str) -> FileRules:
        """What is declared for one file; a `*` on the left means governed files only."""

        def speaks(pattern: PlacePattern) -> bool:
            return self.is_governed(path) if pattern.files is None else pattern.files.matches(path)

        return FileRules(
            Identity(tuple((pattern.address, kind) for pattern, kind in self.lists if speaks(pattern))),
            tuple((pattern.address, rule) for pattern, rule in self.merge if speaks(pattern)),
            self.policy.comments == "hard",
        )


@lru_cache(maxsize=8)
def _default_globs(bindings: str) -> tuple[Glob, ...]:
    return parse_glob(f"{bindings}/**/*.yaml"), parse_glob(SETTINGS_FILE)


# ---- reading ------------------------------------------------------------------------------------------------------


def read_settings(text: str, *, file: str = SETTINGS_FILE) -> Settings:
    """Read the settings strictly. Every error has file, line and column."""
    return _read(text, file)


@lru_cache(maxsize=8)  # a history has them in every commit, and hardly ever others
def _read(text: str, file: str) -> Settings:
    sections = (
        "folders", "governed", "lists", "merge", "refs", "rules", "schemas", "policy", "gaps", "prose", "landings",
        "limits", "audits",
    )  # fmt: skip
    fields = record(text, file=file, kind="settings", required=(), optional=sections, error=BadSettings)
    return Settings(
        folders=_folders(fields),
        governed=fields.each("governed", parse_glob) if "governed" in fields else None,
        lists=tuple((_pattern(part, key), _list_kind(part, key)) for key, part in fields.pairs("lists")),
        merge=tuple((_pattern(part, key), part.read(key, merge_rule)) for key, part in fields.pairs("merge")),
        refs=read_refs(fields),
        rules=read_rules(fields),
        schemas=read_schemas(fields),
        policy=_policy(fields),
        gaps=_gaps(fields),
        prose=fields.each("prose", parse_glob),
        landings=fields.each("landings", landing_form),
        limits=_limits(fields),
        audits=_audits(fields),
    )


def _audits(fields: Fields) -> tuple[Audit, ...]:
    if "audits" not in fields:
        return ()
    from spine.records.audits import read_audits

    return read_audits(fields)


def landing_form(text: str) -> str:
    """`apply {proposal}`: words around the place of an id, as they stand in a line of a commit message."""
    before, mark, behind = text.partition(LANDING)
    if not mark or LANDING in behind or not (before + behind).strip() or len(text) > 200 or has_unsafe(text):
        raise BadField(
            f"“{printable(text[:60])}” is not a form like “apply {LANDING}”: one line, some words, one {LANDING}"
        )
    return text


def gap_prefix(text: str) -> str:
    """`OP`: what stands between `GAP-` and the number."""
    if not _PREFIX.fullmatch(text):
        raise BadField(f"“{printable(text[:60])}” is not a prefix: capital letters and digits, a letter first")
    return text


def merge_rule(text: str) -> Rule:
    """`newest` … or `recount(ADDRESS)`."""
    name, mark, inside = text.partition("(")
    if name == "recount" and mark and inside.endswith(")"):
        return Rule("recount", parse(inside[:-1]))
    found = next((rule for rule in RULES if rule == text and rule != "recount"), None)
    if found is None:
        raise BadField(f"“{text[:60]}” is not a merge rule: {', '.join(RULES)}(ADDRESS)")
    return Rule(found)


def _folders(fields: Fields) -> Folders:
    if "folders" not in fields:
        return Folders()
    part = fields.inside("folders", "folders", optional=_FOLDERS)
    named = {key: part.read(key, safe_path) for key in _FOLDERS if key in part}
    folders = Folders(**named)
    taken: dict[str, str] = {}
    for key in _FOLDERS:
        other = taken.setdefault(getattr(folders, key), key)
        if other != key:
            wrong = key if key in named else other
            raise part.wrong(wrong, f"“{key}” and “{other}” are the same folder")
    return folders


def _pattern(part: Fields, key: str) -> PlacePattern:
    start = part.entries[key].start
    return parse_place_pattern(key, place=part.document.place(start))


def _list_kind(part: Fields, key: str) -> ListKind:
    if part.entries[key].value.kind == "scalar":
        text = part.text(key)
        if text not in _KINDS:
            raise part.wrong(key, f"a list is {', '.join(_KINDS)} or {{keyed: [FIELD]}}, not “{text[:60]}”")
        return _KINDS[text]
    inside = part.inside(key, "list", optional=("keyed", "set", "order"))
    inside.refuse_nulls()
    ordered = "order" in inside and inside.choice("order", ("significant", "free")) == "significant"
    if ("keyed" in inside) == ("set" in inside):
        raise part.wrong(key, "a list has either “keyed” or “set”")
    if inside.claim("set"):
        return ScalarSet(ordered)
    paths = inside.each("keyed", field_path)
    if not paths:
        raise inside.wrong("keyed", "“keyed” names at least one field")
    return Keyed(paths, ordered)


def _policy(fields: Fields) -> Policy:
    if "policy" not in fields:
        return Policy()
    part = fields.inside("policy", "policy", optional=("require", "hooks", "comments", "allow", *KEYS))
    require = part.texts("require")
    for one in require:
        if one not in REQUIRABLE:
            raise part.wrong("require", f"a policy can require {', '.join(REQUIRABLE)}, not “{one[:60]}”")
    return Policy(
        require,
        part.choice("hooks", HOOKS) if "hooks" in part else "commit-msg",
        part.choice("comments", COMMENTS) if "comments" in part else "soft",
        part.texts("allow"),
        read_authority(part),
    )


def _gaps(fields: Fields) -> GapRules:
    if "gaps" not in fields:
        return GapRules()
    part = fields.inside("gaps", "gaps", optional=("prefix", "register"))
    return GapRules(
        part.read("prefix", gap_prefix) if "prefix" in part else GapRules().prefix, part.find("register", safe_path)
    )


def _limits(fields: Fields) -> Limits:
    if "limits" not in fields:
        return Limits()
    part = fields.inside("limits", "limits", optional=_LIMITS)
    return Limits(**{key: part.number(key, 1, least=1) for key in _LIMITS if key in part})


# ---- writing ------------------------------------------------------------------------------------------------------


def write_settings(settings: Settings) -> str:
    """The text of `spine.yaml`; defaults are left out. Law: `read_settings(write_settings(s)) == s`."""
    out = ["spine: settings/1\n"]
    folders = ", ".join(
        f"{key}: {string(getattr(settings.folders, key), flow=True)}"
        for key in _FOLDERS
        if getattr(settings.folders, key) != getattr(Folders(), key)
    )
    if folders:
        out.append(f"folders: {{{folders}}}\n")
    if settings.governed is not None:
        out.append(f"governed: {flow_list(map(str, settings.governed))}\n")
    if settings.lists:
        out.append("lists:\n")
        out += [f"  {string(str(pattern), flow=True)}: {kind_token(kind)}\n" for pattern, kind in settings.lists]
    if settings.merge:
        out.append("merge:\n")
        out += [field(string(str(pattern), flow=True), str(rule), 2) for pattern, rule in settings.merge]
    out += rule_lines(settings.refs, settings.rules, settings.schemas)
    if settings.policy != Policy():
        out.append("policy:\n")
        for key in ("require", "hooks", "comments", "allow"):
            value = getattr(settings.policy, key)
            if value != getattr(Policy(), key):
                out.append(f"  {key}: {string(value) if isinstance(value, str) else flow_list(value)}\n")
        out += authority_lines(settings.policy.authority)
    if settings.gaps != GapRules():
        said = [
            f"{key}: {string(value, flow=True)}"
            for key in ("prefix", "register")
            if (value := getattr(settings.gaps, key)) != getattr(GapRules(), key)
        ]
        out.append(f"gaps: {{{', '.join(said)}}}\n")
    if settings.prose:
        out.append(f"prose: {flow_list(map(str, settings.prose))}\n")
    if settings.landings:
        out.append("landings:\n")
        out += [f"  - {string(form)}\n" for form in settings.landings]
    if settings.limits != Limits():
        days = ((key, getattr(settings.limits, key)) for key in _LIMITS)
        shown = ", ".join(f"{key}: {value}" for key, value in days if value != getattr(Limits(), key))
        out.append(f"limits: {{{shown}}}\n")
    if settings.audits:
        from spine.records.audits import write_audits

        out.append(write_audits(settings.audits))
    return "".join(out)


def kind_token(kind: ListKind) -> str:
    """How `lists:` writes a kind."""
    if isinstance(kind, Keyed):
        fields = flow_list(".".join(str(Key(name)) for name in path) for path in kind.fields)
        return f"{{keyed: {fields}, order: significant}}" if kind.ordered else f"{{keyed: {fields}}}"
    if isinstance(kind, ScalarSet):
        return "{set: true, order: significant}" if kind.ordered else "set"
    return "sequence" if isinstance(kind, Sequence) else "atomic"
