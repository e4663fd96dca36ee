"""Bindings as people write them, and what people do to them: Hypothesis strategies for texts, pairs and triples.

A document is a model (comments, blank lines, quotes and indentation included) that renders to text, so that edits are
made on the model and can be any chain of moves, additions and removals, without a parser. Nothing here knows spine.

`bindings()` draws a `Doc`, `edits(doc)` another one; `pairs()` and the `…triples()` draw texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# ---- the model ----------------------------------------------------------------------------------------------------


@dataclass
class Scalar:
    """A value on one line, as its source; "" is an empty value."""

    token: str


@dataclass
class Block:
    """A block scalar: `|`, `>-` …, and its lines."""

    header: str
    lines: list[str]


@dataclass
class Wrapped:
    """A plain or quoted scalar over several lines."""

    lines: list[str]


@dataclass
class Entry:
    """A key with its value, or an item (no key), with all that stands around it."""

    key: str | None
    value: Value
    blank: int = 0
    above: list[list[str]] = field(default_factory=list)  # free-standing comment blocks
    lead: list[str] = field(default_factory=list)
    eol: str = ""
    foot: list[str] = field(default_factory=list)
    side: str = ""  # in a disjoint triple: who may touch it


@dataclass
class Mapping:
    """Keys and values; in flow style without comments."""

    entries: list[Entry]
    flow: bool = False


@dataclass
class Listing:
    """Items; `identity` is the field that tells them apart, if they are mappings that have one."""

    entries: list[Entry]
    flow: bool = False
    identity: str = ""
    indented: bool = True


Container = Mapping | Listing
Value = Scalar | Block | Wrapped | Mapping | Listing


@dataclass
class Doc:
    """A whole binding."""

    header: list[str]
    body: Container
    tail: list[str] = field(default_factory=list)
    dashes: bool = False
    final_newline: bool = True
    crlf: bool = False
    indented: bool = True  # the habit of this file: are lists indented below their key?

    def __str__(self) -> str:
        return render(self)


# ---- the model as text --------------------------------------------------------------------------------------------


def render(doc: Doc) -> str:
    """The text of a document."""
    lines = ["---"] if doc.dashes else []
    lines += doc.header
    if doc.header and doc.body.entries:
        lines.append("")
    if doc.body.flow or not doc.body.entries:
        lines.append(flow_text(doc.body))
    else:
        lines += block_lines(doc.body, 0)
    if doc.tail:
        lines += ["", *doc.tail]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    ends_in_block = not doc.tail and isinstance(last_value(doc.body), Block)  # whose text would lose its newline too
    text = "\n".join(lines) + ("\n" if doc.final_newline or ends_in_block else "")
    return text.replace("\n", "\r\n") if doc.crlf else text


def last_value(value: Value) -> Value:
    """The value on the last line of a value."""
    while isinstance(value, Container) and value.entries:
        value = value.entries[-1].value
    return value


def block_lines(container: Container, indent: int) -> list[str]:
    """The entries of a block collection, each at column `indent`."""
    out: list[str] = []
    footed = False
    for number, entry in enumerate(container.entries):
        needed = number > 0 and (bool(entry.above) or footed)  # else a free-standing block or a foot would change hands
        out += [""] * max(entry.blank, int(needed))
        for block in entry.above:
            out += [" " * indent + line for line in block] + [""]
        out += [" " * indent + line for line in entry.lead]
        out += entry_lines(entry, indent)
        out += [" " * indent + line for line in entry.foot]
        footed = ends_in_foot(entry)
    return out


def ends_in_foot(entry: Entry) -> bool:
    """Whether the last line of an entry is a comment."""
    if entry.foot:
        return True
    inner = entry.value
    return isinstance(inner, Container) and not inner.flow and bool(inner.entries) and ends_in_foot(inner.entries[-1])


def entry_lines(entry: Entry, indent: int) -> list[str]:
    """The content of an entry, from its key or dash to its last line."""
    head = " " * indent + ("-" if entry.key is None else f"{entry.key}:")
    eol = f"  {entry.eol}" if entry.eol else ""
    value = entry.value
    if isinstance(value, Scalar):
        return [head + (f" {value.token}" if value.token else "") + eol]
    if isinstance(value, Block):
        return [f"{head} {value.header}{eol}"] + [line and " " * (indent + 2) + line for line in value.lines]
    if isinstance(value, Wrapped):
        first, *rest = value.lines
        return [
            f"{head} {first}",
            *[" " * (indent + 4) + line for line in rest[:-1]],
            " " * (indent + 4) + rest[-1] + eol,
        ]
    if value.flow or not value.entries:
        return [f"{head} {flow_text(value)}{eol}"]
    if entry.key is None:
        first_entry, *others = value.entries
        bare = Entry(first_entry.key, first_entry.value, eol=first_entry.eol, foot=first_entry.foot)
        lines = block_lines(Mapping([bare, *others]) if isinstance(value, Mapping) else value, indent + 2)
        return [f"{head} {lines[0].lstrip()}", *lines[1:]]
    inner = indent + 2 if isinstance(value, Mapping) or value.indented else indent
    return [head + eol, *block_lines(value, inner)]


def flow_text(value: Value) -> str:
    """A value in flow style."""
    if isinstance(value, Listing):
        return "[" + ", ".join(flow_text(entry.value) for entry in value.entries) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{entry.key}: {flow_text(entry.value)}" for entry in value.entries) + "}"
    assert isinstance(value, Scalar)
    return value.token


# ---- words --------------------------------------------------------------------------------------------------------

FLOW_TOKENS = [
    "active",
    "8e66283",
    "010",
    "1.10",
    "no",
    "true",
    "null",
    "~",
    "2026-02-12",
    "42",
    '"a, b"',
    "'x'",
    "vm-7",
]
TOKENS = [
    *FLOW_TOKENS,
    "",
    "planned",
    "yes",
    "false",
    "0x1F",
    "12:30:45",
    "1234567890123456789012345678901234567890",
    '"2026-02-12"',
    "192.168.1.200",
    "~/stacks/dashy",
    "http://pihole:80/admin?a=b#top",
    "'it''s # no comment'",
    '"say \\"hi\\": - [x]"',
    '"@ops"',
    "two words",
    "ends with colon:x",
    "größer – ✓",
    '""',
    "-7",
]
SENTENCES = [
    "Moved to infra-core after phase one.",
    "Backups fail on the NFS target.",
    "# not a comment",
    "key: value",
    "- item",
    "",
    "  deeper line",
    "See LOOP-HOME-20260212.",
    "{braces} and [brackets]",
    "The end.",
]
PLAIN_WORDS = ["the artifact was", "confirmed by hand", "on the shop host", "see the runbook", "until it is renewed"]
COMMENTS = [
    "# P2 tier",
    "# DECOMMISSIONED 2026-02-10",
    "#",
    "#no space",
    "# TODO: check - really",
    "# ─────────────────────",
    "# Shop site (pve)",
    "# see GAP-OP-118 # twice",
    "# name: old",
    "# interim",
]
EOLS = ["# 96GB", "# pre-spine, approximate", "# VM gone", "#!", "# was: 8e66283"]
HEADER_KEYS = ["version", "updated", "owner", "scope", "status"]
FIELDS = [
    "status",
    "enabled",
    "role",
    "severity",
    "notes",
    "expect",
    "host",
    "profile",
    "os",
    "glob",
    "fixed_in",
    "05:00",
    '"3.81"',
]
NESTED = ["resources", "limits", "labels"]
MEMBERS = ["web", "dns", "core", "8e66283", "010", "no", '"quoted"', "lan-only", "x.y/z", "2026-02-12", "7"]
NAMES = ["pihole", "vaultwarden", "caddy", "minio", "dashy", "home-vm-100", "infisical", "grafana", "loki", "jellyfin"]
TITLES = ["targets", "endpoints", "gaps", "hosts", "sites", "checks", "services"]
IDENTITIES = {
    "id": ["GAP-OP-001", "GAP-OP-002", "GAP-OP-010", "GAP-OP-118", '"GAP-OP-119"', "x1", "x2", "x10", "x3", "8e66283"],
    "vm_id": ["100", "101", "102", "103", "105", "200", "201", "209", "210", "211"],
    "name": NAMES,
    "gate_id": ["D1", "D2", "D9", "D10", "D27", "D61", "D75", "D128", "D135", "D200"],
}


def one_of(words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


some_comments = st.lists(one_of(COMMENTS), min_size=1, max_size=3)


@st.composite
def trivia(draw: st.DrawFn, entry: Entry) -> Entry:
    """The entry with blank lines and comments around it, mostly few."""
    what = draw(st.integers(0, 15))
    if what >= 10:
        entry.blank = 1 if what < 15 else 2
    if what in (1, 10):
        entry.lead = draw(some_comments)
    elif what in (2, 11):
        entry.above = draw(st.lists(some_comments, min_size=1, max_size=2))
    elif what == 3:
        entry.foot = draw(st.lists(one_of(COMMENTS), min_size=1, max_size=2))
    if what in (4, 5, 10):
        entry.eol = draw(one_of(EOLS))
    return entry


# ---- values -------------------------------------------------------------------------------------------------------


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    lines = draw(st.lists(one_of(SENTENCES), min_size=1, max_size=4))
    lines = ["Starts here.", *lines] if not lines[0].strip() or lines[0].startswith(" ") else lines
    return Block(draw(one_of(["|", "|", ">", "|-", ">-"])), lines if lines[-1].strip() else [*lines, "Last."])


@st.composite
def wrapped(draw: st.DrawFn) -> Wrapped:
    lines = draw(st.lists(one_of(PLAIN_WORDS), min_size=2, max_size=3))
    if draw(st.booleans()):
        lines = [f'"{lines[0]}', *lines[1:-1], f'{lines[-1]}"']
    return Wrapped(lines)


@st.composite
def members(draw: st.DrawFn, flow: bool | None = None) -> Listing:
    """A list of scalars, mostly each once."""
    texts = draw(st.lists(one_of(MEMBERS), max_size=5, unique=draw(st.integers(0, 9)) > 0))
    is_flow = draw(st.booleans()) if flow is None else flow
    items = [Entry(None, Scalar(text)) for text in texts]
    if not is_flow:
        items = [draw(trivia(item)) if draw(st.integers(0, 5)) == 0 else item for item in items]
    return Listing(items, flow=is_flow)


@st.composite
def flow_mappings(draw: st.DrawFn) -> Mapping:
    keys = draw(st.lists(one_of(["cpu", "ram", "from", "to", "x"]), max_size=3, unique=True))
    values: list[Value] = []
    for _ in keys:
        what = draw(st.integers(0, 5))
        token = Scalar(draw(one_of(FLOW_TOKENS)))
        values.append(Listing([Entry(None, token)], flow=True) if what == 0 else token)
    return Mapping([Entry(key, value) for key, value in zip(keys, values, strict=True)], flow=True)


scalars = one_of(TOKENS).map(Scalar)


@st.composite
def leaves(draw: st.DrawFn) -> Value:
    """A value that holds no entry of its own, mostly."""
    what = draw(st.integers(0, 13))
    if what == 0:
        return draw(blocks())
    if what == 1:
        return draw(wrapped())
    if what == 2:
        return draw(members())
    if what == 3:
        return draw(flow_mappings())
    return draw(scalars)


@st.composite
def mappings(draw: st.DrawFn, deep: bool = True, least: int = 0) -> Mapping:
    """A mapping of a few fields, some with a mapping inside."""
    entries = []
    for key in draw(st.lists(one_of(FIELDS), min_size=least, max_size=4, unique=True)):
        entries.append(draw(trivia(Entry(key, draw(leaves())))))
    if deep and draw(st.integers(0, 3)) == 0:
        entries.append(draw(trivia(Entry(draw(one_of(NESTED)), draw(mappings(deep=False))))))
    return Mapping(entries)


@st.composite
def records(draw: st.DrawFn, identity: str, token: str, deep: bool = True) -> Mapping:
    """An item of a keyed list; its identity stands first, mostly."""
    entries = draw(mappings(deep=deep)).entries
    if deep and draw(st.integers(0, 4)) == 0:
        entries.append(Entry("stacks", draw(keyed_lists(identity="name", deep=False, most=3))))
    place = 0 if not entries or draw(st.integers(0, 9)) else 1
    entries.insert(place, Entry(identity, Scalar(token)))
    return Mapping(entries)


@st.composite
def keyed_lists(draw: st.DrawFn, identity: str | None = None, deep: bool = True, most: int = 5) -> Listing:
    identity = identity or draw(one_of(list(IDENTITIES)))
    least = draw(st.sampled_from([0, 1, 2, 3]))
    tokens = draw(st.lists(one_of(IDENTITIES[identity]), min_size=least, max_size=most, unique=True))
    items = [draw(trivia(Entry(None, draw(records(identity, token, deep))))) for token in tokens]
    if draw(st.booleans()):  # one blank line between items, or none: people keep to one habit
        for item in items[1:]:
            item.blank = 1
    return Listing(items, identity=identity)


@st.composite
def tables(draw: st.DrawFn) -> Mapping:
    """A mapping of named mappings, as people write hosts."""
    keys = draw(st.lists(one_of(NAMES), min_size=1, max_size=4, unique=True))
    return Mapping([draw(trivia(Entry(key, draw(mappings(least=1))))) for key in keys])


@st.composite
def nameless_lists(draw: st.DrawFn) -> Listing:
    """A list of mappings that nothing tells apart."""
    items = [Entry(None, draw(mappings(deep=False, least=1))) for _ in range(draw(st.integers(1, 3)))]
    return Listing(items)


@st.composite
def sections(draw: st.DrawFn, title: str) -> Entry:
    what = draw(st.integers(0, 11))
    if what <= 5:
        value: Value = draw(keyed_lists())
    elif what <= 7:
        value = draw(tables())
    elif what == 8:
        value = draw(members())
    elif what == 9:
        value = draw(nameless_lists())
    elif what == 10:
        title, value = "command", Listing([Entry(None, Scalar(t)) for t in draw(st.lists(one_of(MEMBERS), max_size=4))])
    else:
        value = draw(leaves())
    return draw(trivia(Entry(title, value)))


@st.composite
def bindings(draw: st.DrawFn) -> Doc:
    """A document that looks like a real binding."""
    header = draw(st.lists(one_of([*COMMENTS, "# Status: authoritative"]), max_size=4))
    entries = [
        draw(trivia(Entry(key, draw(scalars)))) for key in draw(st.lists(one_of(HEADER_KEYS), max_size=3, unique=True))
    ]
    titles = draw(st.lists(one_of(TITLES), min_size=0 if entries else 1, max_size=3, unique=True))
    for title in titles:
        section = draw(sections(title))
        if all(entry.key != section.key for entry in entries):
            entries.append(section)
    body: Container = Mapping(entries)
    odd = draw(st.integers(0, 39))
    if odd == 0:
        whole = draw(keyed_lists())
        body = whole if whole.entries else body
    tail = draw(some_comments) if odd in (1, 2, 3) else []
    dashes = draw(st.integers(0, 4)) == 0
    write_out_blanks(body)
    doc = Doc(header, body, tail, dashes, final_newline=odd != 4, crlf=odd == 5, indented=draw(st.booleans()))
    for container in containers(doc):
        if isinstance(container, Listing):
            container.indented = doc.indented != (draw(st.integers(0, 11)) == 0)
    return doc


def write_out_blanks(container: Container) -> None:
    """Blank lines that rendering would force become the model's own, so that an edit elsewhere does not undo them."""
    for number, entry in enumerate(container.entries):
        if number and (entry.above or ends_in_foot(container.entries[number - 1])):
            entry.blank = max(1, entry.blank)
        if isinstance(entry.value, Container):
            write_out_blanks(entry.value)


# ---- edits --------------------------------------------------------------------------------------------------------

T = TypeVar("T")
Draw = st.DrawFn
Site = tuple[Container, int]  # a container and the place of an entry in it


def containers(doc: Doc) -> Iterator[Container]:
    """All collections of a document, outer ones first."""
    todo: list[Container] = [doc.body]
    while todo:
        container = todo.pop(0)
        yield container
        todo += [entry.value for entry in container.entries if isinstance(entry.value, Container)]


def sites(doc: Doc, wanted: Callable[[Container, Entry], bool] = lambda _container, _entry: True) -> list[Site]:
    """All entries that are wanted."""
    return [(c, n) for c in containers(doc) for n, entry in enumerate(c.entries) if wanted(c, entry)]


def identities(doc: Doc) -> list[tuple[Listing, Mapping, int]]:
    """Every identity: its list, its item, and the place of the field in the item."""
    return [
        (listing, item.value, n)
        for listing in containers(doc)
        if isinstance(listing, Listing) and listing.identity
        for item in listing.entries
        if isinstance(item.value, Mapping)
        for n, entry in enumerate(item.value.entries)
        if entry.key == listing.identity
    ]


class Pen:
    """Makes edits on one document: as one side of a disjoint triple (`side`) only where that side may write."""

    def __init__(self, draw: Draw, doc: Doc, side: str = "") -> None:
        self.draw = draw
        self.doc = doc
        self.side = side
        self.fixed = {id(item.entries[n]) for _, item, n in identities(doc)}

    def mine(self) -> list[Container]:
        """The collections that this side may add to."""
        if not self.side:
            return list(containers(self.doc))
        found: list[Container] = []
        todo: list[tuple[Container, str]] = [(self.doc.body, "")]
        while todo:
            container, owner = todo.pop(0)
            if owner in ("", self.side):
                found.append(container)
            todo += [
                (entry.value, entry.side if entry.side else owner)
                for entry in container.entries
                if isinstance(entry.value, Container)
            ]
        return found

    def my_sites(self, wanted: Callable[[Container, Entry], bool] = lambda _container, _entry: True) -> list[Site]:
        """The entries that this side may change, identities left out."""
        owned: list[Site] = []
        for container, n in sites(self.doc, wanted):
            entry = container.entries[n]
            if id(entry) not in self.fixed and (not self.side or self.owner_of(entry) == self.side):
                owned.append((container, n))
        return owned

    def owner_of(self, wanted: Entry) -> str:
        """Who may change an entry: the side of the outermost entry around it that has one."""
        todo = [(self.doc.body, "")]
        while todo:
            container, owner = todo.pop()
            for entry in container.entries:
                side = owner or entry.side
                if entry is wanted:
                    return side
                if isinstance(entry.value, Container):
                    todo.append((entry.value, side))
        return ""

    def pick(self, found: Sequence[Site]) -> Site | None:
        return self.draw(st.sampled_from(range(len(found))).map(found.__getitem__)) if found else None

    # -- names --

    def new_name(self, pool: Sequence[str], used: set[str]) -> str:
        """A name that is not used here; the two sides of a disjoint triple never choose the same."""
        texts = {name.strip('"') for name in used}
        if self.side:
            pool = [name for n, name in enumerate(pool) if n % 2 == (self.side == "left")]
        free = [name for name in pool if name.strip('"') not in texts]
        if free:  # often the next one, as people number things: so that two of them take the same
            return self.draw(one_of(free[:1] * len(free) + free))
        return next(name for n in range(1000) if (name := f"new-{self.side}{n}") not in texts)

    def new_key(self, mapping: Mapping) -> str:
        known = {entry.key or "" for entry in mapping.entries}
        if any(entry.key in NAMES for entry in mapping.entries):
            return self.new_name(NAMES, known)
        return self.new_name(["cpu", "ram", "x", "y"] if mapping.flow else FIELDS, known)

    def new_identity(self, listing: Listing) -> str:
        tokens = set()
        for known, item, n in identities(self.doc):
            if known is listing:
                value = item.entries[n].value
                assert isinstance(value, Scalar)
                tokens.add(value.token)
        return self.new_name(IDENTITIES[listing.identity], tokens)

    def new_entry(self, container: Container) -> Entry:
        """Something that fits: a field, a record, a member."""
        if isinstance(container, Mapping):
            if container.flow:
                return Entry(self.new_key(container), Scalar(self.draw(one_of(FLOW_TOKENS))))
            key = self.new_key(container)
            value = self.draw(mappings(least=1)) if key in NAMES else self.draw(leaves())
            return self.draw(trivia(Entry(key, value)))
        if container.identity:
            token = self.new_identity(container)
            entry = self.draw(trivia(Entry(None, self.draw(records(container.identity, token)))))
            if len(container.entries) > 1 and container.entries[1].blank:
                entry.blank = max(1, entry.blank)
            return entry
        if any(isinstance(entry.value, Mapping) for entry in container.entries):
            return Entry(None, self.draw(mappings(deep=False, least=1)))
        tokens = {entry.value.token for entry in container.entries if isinstance(entry.value, Scalar)}
        token = self.new_name(MEMBERS, tokens) if self.draw(st.integers(0, 9)) else self.draw(one_of(MEMBERS))
        return Entry(None, Scalar(token), eol="" if container.flow or self.draw(st.integers(0, 5)) else "# new")

    # -- one edit each --

    def set_value(self) -> None:
        """Another value; mostly a scalar, sometimes another kind."""
        site = self.pick(self.my_sites(lambda c, entry: isinstance(entry.value, (Scalar, Block, Wrapped))))
        if site is not None:
            container, n = site
            entry = container.entries[n]
            if container.flow:
                entry.value = Scalar(self.draw(one_of(FLOW_TOKENS)))
            elif isinstance(container, Listing):
                entry.value = self.new_entry(container).value
            else:
                entry.value = self.draw(leaves())

    def set_scalar(self) -> None:
        """Another value on one line, and nothing else."""
        site = self.pick(self.my_sites(lambda c, e: isinstance(c, Mapping) and isinstance(e.value, Scalar)))
        if site is not None:
            container, n = site
            container.entries[n].value = Scalar(self.draw(one_of(FLOW_TOKENS if container.flow else TOKENS)))

    def add(self) -> None:
        container = self.draw(st.sampled_from(self.mine()))
        self.add_to(container)

    def add_item(self) -> None:
        found = [c for c in self.mine() if isinstance(c, Listing)]
        if found:
            self.add_to(self.draw(st.sampled_from(found)))

    def add_to(self, container: Container) -> None:
        entry = self.new_entry(container)
        entry.side = self.side
        last = len(container.entries)
        place = self.draw(st.sampled_from([last, last, 0, min(1, last), last // 2]))
        self.reorder(container, [*container.entries[:place], entry, *container.entries[place:]])

    def reorder(self, container: Container, entries: list[Entry]) -> None:
        """The same collection with these entries. Blank lines above the first one are between it and its successor."""
        before, after = container.entries[:1], entries[:1]
        container.entries = entries
        if before and after and before[0] is not after[0]:
            old, new = before[0], after[0]
            if any(entry is old for entry in entries):
                old.blank, new.blank = new.blank, old.blank
            else:
                new.blank = old.blank
        self.keep_dash_line(container)

    def keep_dash_line(self, container: Container) -> None:
        """The first line of an item holds no comment of its own, so what comes first there has none."""
        if not container.entries:
            return
        for listing in containers(self.doc):
            if isinstance(listing, Listing) and any(item.value is container for item in listing.entries):
                first = container.entries[0]
                first.blank, first.above, first.lead = 0, [], []

    def remove(self) -> None:
        self.remove_at(self.pick(self.my_sites()))

    def remove_item(self) -> None:
        self.remove_at(self.pick(self.my_sites(lambda c, _: isinstance(c, Listing))))

    def remove_at(self, site: Site | None) -> None:
        if site is not None and not (site[0] is self.doc.body and len(site[0].entries) == 1):
            self.reorder(site[0], site[0].entries[: site[1]] + site[0].entries[site[1] + 1 :])

    def move(self) -> None:
        """An entry to another place of its container; only the left side of a disjoint triple changes order."""
        if self.side != "right":
            site = self.pick(self.my_sites(lambda c, _: len(c.entries) > 1))
            if site is not None:
                self.move_in(*site)

    def move_in(self, container: Container, n: int) -> None:
        others = container.entries[:n] + container.entries[n + 1 :]
        place = self.draw(st.integers(0, len(others)))
        self.reorder(container, [*others[:place], container.entries[n], *others[place:]])

    def rename_key(self) -> None:
        site = self.pick(self.my_sites(lambda c, _: isinstance(c, Mapping)))
        if site is not None:
            container, n = site
            assert isinstance(container, Mapping)
            container.entries[n].key = self.new_key(container)

    def rename_identity(self) -> None:
        found = [
            (listing, item, n)
            for listing, item, n in identities(self.doc)
            if not self.side or self.owner_of(item.entries[n]) == self.side
        ]
        if found:
            listing, item, n = self.draw(st.sampled_from(range(len(found))).map(found.__getitem__))
            item.entries[n].value = Scalar(self.new_identity(listing))

    def comment(self) -> None:
        """A lead, foot or free-standing comment comes, changes or goes."""
        site = self.pick(self.my_sites(lambda c, _: not c.flow))
        if site is None:
            return
        container, n = site
        entry = container.entries[n]
        slot = self.draw(st.sampled_from(["lead", "lead", "above", "foot"]))
        comments = self.draw(st.lists(one_of(COMMENTS), max_size=2))
        if slot == "above":
            entry.above = [comments] if comments else []
        else:
            setattr(entry, slot, comments)
        self.keep_dash_line(container)

    def eol(self) -> None:
        site = self.pick(
            self.my_sites(lambda c, e: not c.flow and not (e.key is None and isinstance(e.value, Mapping)))
        )
        if site is not None:
            site[0].entries[site[1]].eol = self.draw(one_of(["", *EOLS]))

    def header(self) -> None:
        if self.side != "right":
            self.doc.header = self.draw(st.lists(one_of(COMMENTS), max_size=4))

    def tail(self) -> None:
        if self.side != "right":
            self.doc.tail = self.draw(st.lists(one_of(COMMENTS), max_size=2))

    def block_lines(self) -> None:
        """A line of a block scalar comes, changes or goes."""
        site = self.pick(self.my_sites(lambda c, entry: isinstance(entry.value, Block)))
        if site is not None:
            block = site[0].entries[site[1]].value
            assert isinstance(block, Block)
            at = self.draw(st.integers(1, len(block.lines)))
            block.lines[at : at + self.draw(st.integers(0, 1))] = self.draw(st.lists(one_of(SENTENCES), max_size=2))
            if not block.lines[-1].strip():
                block.lines.append("Last.")

    def empty(self) -> None:
        """A whole list is emptied."""
        found = [c for c in self.mine() if isinstance(c, Listing) and c.entries and c is not self.doc.body]
        if found and not self.side:
            self.draw(st.sampled_from(found)).entries.clear()

    def fill(self) -> None:
        """An empty collection gets one or two entries."""
        found = [c for c in self.mine() if not c.entries]
        if found:
            container = self.draw(st.sampled_from(found))
            container.flow = container.flow and self.draw(st.booleans())
            for _ in range(self.draw(st.integers(1, 2))):
                self.add_to(container)

    def chain(self) -> None:
        """Moves, additions and removals in one and the same list."""
        found = [c for c in self.mine() if len(c.entries) > 1 and c is not self.doc.body]
        if not found:
            return
        container = self.draw(st.sampled_from(found))
        for step in self.draw(st.lists(one_of(["move", "add", "remove", "move"]), min_size=2, max_size=5)):
            if step == "add":
                self.add_to(container)
                continue
            site = self.pick(self.my_sites(lambda c, _: c is container))
            if site is None:
                continue
            if step == "remove":
                self.remove_at(site)
            elif self.side != "right":
                self.move_in(*site)

    def restyle(self) -> None:
        """No value changes: quotes, blank lines, list indentation, the last newline."""
        what = self.draw(st.integers(0, 3))
        site = self.pick(self.my_sites(lambda c, _: not c.flow))
        if what == 0:
            self.doc.final_newline = not self.doc.final_newline
        elif site is not None:
            entry = site[0].entries[site[1]]
            if what == 1:
                entry.blank = self.draw(st.integers(0, 2))
            elif what == 2 and isinstance(entry.value, Listing):
                entry.value.indented = not entry.value.indented
            elif isinstance(entry.value, Scalar) and entry.value.token in ("active", "planned", "two words"):
                entry.value = Scalar(f'"{entry.value.token}"')
            self.keep_dash_line(site[0])


VALUE_EDITS = ("set_value", "set_scalar", "block_lines")
LIST_EDITS = ("add", "add_item", "remove", "remove_item", "move", "chain", "empty", "fill")
COMMENT_EDITS = ("comment", "eol", "header", "tail")
RENAMES = ("rename_key", "rename_identity")
STYLE_EDITS = ("restyle",)
EDITS = VALUE_EDITS + LIST_EDITS + COMMENT_EDITS + RENAMES + STYLE_EDITS
DISJOINT = (*VALUE_EDITS, "add", "add_item", "remove", "remove_item", "move", "chain", "fill", "comment", "eol")


@st.composite
def edits(
    draw: st.DrawFn, doc: Doc, kinds: Sequence[str] = EDITS, least: int = 1, most: int = 4, side: str = ""
) -> Doc:
    """The document after a few edits of these kinds."""
    edited = deepcopy(doc)
    wanted = draw(st.lists(one_of(kinds), min_size=least, max_size=most))
    spare = (
        [kinds[-1 - n] for n in range(len(kinds))] if wanted else []
    )  # for the rare case that none of them fits here
    for number, kind in enumerate([*wanted, *spare]):
        if number >= len(wanted) and render(edited) != render(doc):
            break
        known = list(containers(edited))
        getattr(Pen(draw, edited, side), kind)()
        for container in containers(edited):
            if isinstance(container, Listing) and not any(container is old for old in known):
                container.indented = edited.indented
    return edited


@st.composite
def pairs(draw: st.DrawFn, kinds: Sequence[str] = EDITS) -> tuple[str, str]:
    """A text before and after a few edits."""
    doc = draw(bindings())
    return render(doc), render(draw(edits(doc, kinds)))


@st.composite
def triples(
    draw: st.DrawFn, kinds: Sequence[str] = EDITS, target_kinds: Sequence[str] | None = None
) -> tuple[str, str, str]:
    """A base, a target and a proposed text, the two edited independently of each other."""
    doc = draw(bindings())
    moved_on = draw(st.integers(0, 9)) > 0
    target = draw(edits(doc, kinds if target_kinds is None else target_kinds, most=3)) if moved_on else doc
    return render(doc), render(target), render(draw(edits(doc, kinds, most=3)))


@st.composite
def colliding_triples(draw: st.DrawFn) -> tuple[str, str, str]:
    """A base and two texts that both add an entry of one name to one collection: at any two places, equal or not.

    A merge by line takes both where the places are a few lines apart, and the key or the identity stands there twice.
    """
    doc = draw(bindings())
    open_to_both = [
        n
        for n, c in enumerate(containers(doc))
        if not c.flow and c.entries and (isinstance(c, Mapping) or c.identity or isinstance(c.entries[0].value, Scalar))
    ]
    chosen = draw(st.sampled_from(open_to_both))
    pens = [Pen(draw, deepcopy(doc)) for _ in range(2)]
    places = [list(containers(pen.doc))[chosen] for pen in pens]
    entry = pens[0].new_entry(places[0])
    other = deepcopy(entry)
    if draw(st.booleans()):
        if isinstance(places[1], Mapping):
            other.value = draw(leaves())
        elif isinstance(other.value, Mapping):
            inner = Pen(draw, Doc([], other.value))
            inner.fixed = {id(field) for field in other.value.entries if field.key == places[1].identity}
            inner.set_value()
            inner.add()
    for pen, container, new in zip(pens, places, (entry, other), strict=True):
        at = draw(st.sampled_from([0, len(container.entries) // 2, len(container.entries)]))
        pen.reorder(container, [*container.entries[:at], new, *container.entries[at:]])
    return render(doc), render(pens[0].doc), render(pens[1].doc)


def share_out(draw: st.DrawFn, container: Container) -> None:
    """Each entry to one of the sides, and one to none: emptying a collection together is no disjoint change."""
    for entry in container.entries:
        entry.side = draw(one_of(["left", "right"]))
    if container.entries:
        container.entries[draw(st.integers(0, len(container.entries) - 1))].side = "nobody"


@st.composite
def disjoint_triples(draw: st.DrawFn, kinds: Sequence[str] = DISJOINT) -> tuple[str, str, str]:
    """A base and two texts whose changes share no leaf, no entry, no comment and no container's order.

    Each section's entries belong to one side or the other; both add to what they share, under different names.
    Lists without identity belong to one side as a whole, since there the order of two insertions is nobody's to know.
    """
    doc = draw(bindings())
    for entry in doc.body.entries:
        inner = entry.value
        shared = isinstance(inner, Container) and not inner.flow and (isinstance(inner, Mapping) or inner.identity)
        if shared and isinstance(doc.body, Mapping):
            assert isinstance(inner, Container)
            share_out(draw, inner)
        else:
            entry.side = draw(one_of(["left", "right"]))
    if not any(entry.side == "" for entry in doc.body.entries):
        share_out(draw, doc.body)
    left = draw(edits(doc, kinds, most=3, side="left"))
    return render(doc), render(left), render(draw(edits(doc, kinds, most=3, side="right")))


def drawn(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """What a strategy draws, always the same: for figures over many examples."""
    out: list[T] = []

    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def collect(value: T) -> None:
        out.append(value)

    collect()
    return out
