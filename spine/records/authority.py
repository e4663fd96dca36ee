"""Who may land what, as the `policy:` of `spine.yaml` says it: rules of places, teams, signers, and breaking the glass.

All rules hold that speak of a place which a proposal writes, not only the first. People are `Name <mail>` or a mail
address, which is compared without case; a word without an `@` is a team.
"""

from __future__ import annotations

from spine.dataclass import dataclass
from spine.globs import Glob, parse_glob
from spine.patterns import AddressPattern, PlacePattern, parse_place_pattern
from spine.printable import has_unsafe, printable
from spine.records.values import flow_list, person, safe_path
from spine.yamldoc.fields import BadField, Fields, fields_of
from spine.yamldoc.write import string

KEYS = ("who", "teams", "signers", "break_glass")
REVIEW_DAYS = 3


@dataclass(frozen=True, slots=True)
class Ground:
    """Files, as a whole (`address` None) or some places in them."""

    files: Glob | None
    address: AddressPattern | None = None

    def __str__(self) -> str:
        return f"{self.files or '*'}" if self.address is None else str(PlacePattern(self.files, self.address))


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may land what writes there (`apply`, empty: anybody), and how many have to approve of it, and which people.

    `may_approve_own` lets the approval of the proposal's author count.
    """

    where: tuple[Ground, ...]
    apply: tuple[str, ...] = ()
    approvals: int = 0
    by: tuple[str, ...] = ()
    may_approve_own: bool = False

    def __str__(self) -> str:
        return f"who: {', '.join(map(str, self.where))}"


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Who may land against the rules with a reason, and within how many days somebody else has to look at it."""

    by: tuple[str, ...]
    days: int = REVIEW_DAYS


@dataclass(frozen=True, slots=True)
class Authority:
    """All of it. `signers` is a file of the tree in the form of ssh's allowed signers; without one nobody's name is
    proved here, and that is left to the forge."""

    rules: tuple[Rule, ...] = ()
    teams: tuple[tuple[str, tuple[str, ...]], ...] = ()
    signers: str | None = None
    glass: BreakGlass | None = None

    def people(self, names: tuple[str, ...]) -> frozenset[str]:
        """The mail addresses of people and teams, in small letters."""
        teams = dict(self.teams)
        return frozenset(mail_of(one) for name in names for one in teams.get(name, (name,)))


NOBODY_ASKED = Authority()


def mail_of(who: str) -> str:
    """The address in `Name <mail>`, or the text itself, in small letters."""
    return who.rpartition("<")[2].removesuffix(">").strip().lower()


# ---- reading ------------------------------------------------------------------------------------------------------


def read_authority(policy: Fields) -> Authority:
    """The part of `policy:` that says who; an error has its place."""
    teams = tuple((_team_name(part, name), part.each(name, _individual)) for name, part in policy.pairs("teams"))
    known = {name for name, _ in teams}
    rules = tuple(_rule(policy, index, known) for index in range(len(policy.items("who"))))
    glass = None
    if "break_glass" in policy:
        part = policy.inside("break_glass", "break_glass", required=("by",), optional=("days",))
        glass = BreakGlass(_names(part, "by", known), part.number("days", REVIEW_DAYS, least=1))
        if not glass.by:
            raise part.wrong("by", "somebody has to be named: nobody could break the glass")
    return Authority(rules, teams, policy.find("signers", safe_path), glass)


def _rule(policy: Fields, index: int, teams: set[str]) -> Rule:
    part = fields_of(
        policy.document, policy.items("who")[index], "rule", required=("where",),
        optional=("apply", "approvals", "by", "self"), error=policy.error,
    )  # fmt: skip
    rule = Rule(
        part.each("where", parse_ground), _names(part, "apply", teams), part.number("approvals", 0),
        _names(part, "by", teams), part.claim("self"),
    )  # fmt: skip
    if not rule.where:
        raise part.wrong("where", "a rule speaks of some place")
    if not rule.apply and not rule.approvals:
        raise part.wrong("where", "the rule asks for nothing: it has “apply”, “approvals” or both")
    if (rule.by or rule.may_approve_own) and not rule.approvals:
        raise part.wrong("by" if rule.by else "self", "this is about approvals, and the rule asks for none")
    return rule


def parse_ground(text: str) -> Ground:
    """`FILES` or `FILES#ADDRESS`."""
    if "#" in text:
        pattern = parse_place_pattern(text)
        return Ground(pattern.files, pattern.address)
    return Ground(None if text == "*" else parse_glob(text))


def _names(part: Fields, key: str, teams: set[str]) -> tuple[str, ...]:
    def read(text: str) -> str:
        if "@" not in text and text not in teams:
            known = f"; there are {', '.join(sorted(teams))}" if teams else ""
            raise BadField(f"“{printable(text[:60])}” is no team{known}, and people have a mail address")
        return text if text in teams else _individual(text)

    return part.each(key, read)


def _individual(text: str) -> str:
    """A mail address, or `Name <mail>`."""
    if "<" in text:
        person(text)
    elif has_unsafe(text) or len(text) > 300 or text.count("@") != 1 or any(char.isspace() for char in text):
        raise BadField(f"“{printable(text[:60])}” is neither a mail address nor Name <mail>")
    if "@" not in mail_of(text):
        raise BadField(f"“{printable(text[:60])}” has no mail address")
    return text


def _team_name(part: Fields, name: str) -> str:
    if not name or "@" in name or has_unsafe(name):
        raise part.wrong(name, "a team is called by a word without @")
    return name


# ---- writing ------------------------------------------------------------------------------------------------------


def authority_lines(authority: Authority) -> list[str]:
    """The lines below `policy:`; `read_authority` of them is the same again."""
    out: list[str] = []
    if authority.signers is not None:
        out.append(f"  signers: {string(authority.signers)}\n")
    if authority.teams:
        out.append("  teams:\n")
        out += [f"    {string(name)}: {flow_list(people)}\n" for name, people in authority.teams]
    if authority.rules:
        out.append("  who:\n")
    for rule in authority.rules:
        said = [f"where: {flow_list(map(str, rule.where))}"]
        said += [f"apply: {flow_list(rule.apply)}"] if rule.apply else []
        said += [f"approvals: {rule.approvals}"] if rule.approvals else []
        said += [f"by: {flow_list(rule.by)}"] if rule.by else []
        said += ["self: true"] if rule.may_approve_own else []
        out.append(f"    - {{{', '.join(said)}}}\n")
    if authority.glass is not None:
        days = f", days: {authority.glass.days}" if authority.glass.days != REVIEW_DAYS else ""
        out.append(f"  break_glass: {{by: {flow_list(authority.glass.by)}{days}}}\n")
    return out
