"""One function for each parser of what others wrote: bytes in; what it may do is answer, or raise `Refused`.

Each also holds what it read against the parser's law (written and read again, it is the same). `seeds` gives inputs to
begin with, found among the cases and examples of the other tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from spine.address import parse as parse_address
from spine.change.diff import diff
from spine.change.form import dump, load
from spine.change.json_form import operations_from_json, parse_json
from spine.change.patch import patch
from spine.change.textpatch import apply_patch, invert_patch, make_patch, parse_patch
from spine.errors import Refused
from spine.globs import parse_glob
from spine.ids import GapId, LoopId, ProposalId
from spine.patterns import parse_place_pattern
from spine.printable import has_unsafe, printable
from spine.records.approval import read_approval, write_approval
from spine.records.baseline import read_baseline
from spine.records.gap import read_gap, write_gap
from spine.records.imported import read_imported
from spine.records.loop import read_loop
from spine.records.loop_front import read_front
from spine.records.proposal import read_proposal, write_proposal
from spine.records.receipt import read_receipt, write_receipt
from spine.records.register import read_register, register_findings
from spine.records.settings import read_settings, write_settings
from spine.records.withdrawal import read_withdrawal, write_withdrawal
from spine.repository.trailers import parse_trailers
from spine.yamldoc.guard import parse as parse_yaml

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 20_000  # bytes of one input


def _text(data: bytes) -> str:
    return data[:LONGEST].decode("utf-8", "surrogateescape")


def yaml(data: bytes) -> None:
    """The guard and the composer: every node lies inside the text, and inside its parent."""
    document = parse_yaml(_text(data), file="f.yaml")
    todo = [root.node for root in document.roots if root.node is not None]
    while todo:
        node = todo.pop()
        assert 0 <= node.start <= node.end <= len(document.text), node
        document.place(node.start)
        for entry in node.entries:
            assert node.start <= entry.value.start <= node.end, (node, entry)
            todo.append(entry.value)


def address(data: bytes) -> None:
    """Law: `parse(str(a)) == a`."""
    found = parse_address(_text(data))
    assert parse_address(str(found)) == found


def patterns(data: bytes) -> None:
    """Patterns of places, and of paths by themselves."""
    text = _text(data)
    try:
        glob = parse_glob(text)
    except Refused:
        pass
    else:
        assert parse_glob(str(glob)) == glob
        glob.matches(text)
    found = parse_place_pattern(text)
    assert parse_place_pattern(str(found)) == found


def ids(data: bytes) -> None:
    """The three kinds of ids."""
    text = _text(data)
    refused = 0
    for kind in (ProposalId, LoopId, GapId):
        try:
            kind(text)
        except Refused:
            refused += 1
    assert refused >= 2, "one text, two kinds of id"


def settings(data: bytes) -> None:
    """Law: `read_settings(write_settings(s)) == s`."""
    found = read_settings(_text(data))
    assert read_settings(write_settings(found)) == found


def proposal(data: bytes) -> None:
    """Law: `read_proposal(write_proposal(p)) == p`."""
    found = read_proposal(_text(data))
    assert read_proposal(write_proposal(found)) == found


def change(data: bytes) -> None:
    """Law: `load(dump(c)) == c`."""
    found = load(_text(data))
    assert load(dump(found)) == found


def records(data: bytes) -> None:
    """The small records: the first byte chooses one."""
    which, text = data[:1], _text(data[1:])
    if which in (b"g", b"G"):
        gap = read_gap(text)
        assert read_gap(write_gap(gap)) == gap
    elif which in (b"r", b"R"):
        receipt = read_receipt(text)
        assert read_receipt(write_receipt(receipt)) == receipt
    elif which in (b"w", b"W"):
        withdrawal = read_withdrawal(text)
        assert read_withdrawal(write_withdrawal(withdrawal)) == withdrawal
    elif which in (b"a", b"A"):
        approval = read_approval(text)
        assert read_approval(write_approval(approval)) == approval
    elif which in (b"i", b"I"):
        read_imported(text)
    elif which in (b"b", b"B"):
        read_baseline(text)
    else:
        list(register_findings(read_register(text)))


def loop(data: bytes) -> None:
    """A loop's file, and its front matter by itself."""
    text = _text(data)
    read_front(text, "l.scope.md")
    for criterion in read_loop(text).criteria:
        assert str(criterion)


def textpatch(data: bytes) -> None:
    """Hunks on a text; what fits comes off again."""
    before, _, hunks = _text(data).partition("\0")
    parse_patch(hunks)
    after = apply_patch(before, hunks)
    assert apply_patch(after, invert_patch(hunks)) == before
    assert apply_patch(before, make_patch(before, after)) == after


def json(data: bytes) -> None:
    """The agents' door: JSON, and the operations in it."""
    operations_from_json(parse_json(_text(data)))


def trailers(data: bytes) -> None:
    """The trailers of a commit message; and what is shown of it holds nothing that a terminal obeys."""
    text = _text(data)
    for name, _ in parse_trailers(text):
        assert not set(name) & set("\n: "), name
    assert not has_unsafe(printable(text))


def engine(data: bytes) -> None:
    """Law 3 on two texts: `patch(a, diff(a, b)) == b`."""
    before, _, after = data[:4_000].decode("utf-8", "replace").partition("\0")
    assert patch(before, diff(before, after)) == after


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        yaml, address, patterns, ids, settings, proposal, change, records, loop, textpatch, json, trailers, engine,
    )
}  # fmt: skip


def attempt(target: Callable[[bytes], None], data: bytes) -> bool:
    """Whether the parser took the input. Anything but an answer or `Refused` is a defect and goes on up."""
    try:
        target(data)
    except Refused:
        return False
    return True


def seeds(name: str) -> Iterator[bytes]:
    """Inputs to begin with."""
    yield from _SEEDS.get(name, ())
    folders = {
        "yaml": ["bindings/*.yaml", "tests/change/cases/*"],
        "settings": ["spine.yaml", "tests/records/*/settings*"],
        "proposal": ["proposals/*/*/proposal.yaml", "tests/records/*/proposal*"],
        "change": ["tests/change/cases/*"],
        "loop": ["loops/*.scope.md"],
        "records": [],
        "engine": [],
    }
    for pattern in folders.get(name, []):
        for file in sorted(ROOT.glob(pattern))[:40]:
            data = file.read_bytes()
            if len(data) <= LONGEST:
                yield data
    if name == "records":
        for letter, pattern in {"g": "gaps/*.yaml", "r": "proposals/*/*/receipt.yaml"}.items():
            for file in sorted(ROOT.glob(pattern))[:10]:
                yield letter.encode() + file.read_bytes()
    if name == "change":
        for seed in _SEEDS["engine"]:
            before, _, after = seed.decode().partition("\0")
            yield dump(diff(before, after)).encode()
    if name == "engine":
        for file in sorted(ROOT.glob("bindings/*.yaml")):
            text = file.read_text()[:1_500]
            yield f"{text}\0{text.replace('a', 'b', 1)}".encode()


# ruff: noqa: E501 (seeds are what they are)
_SEEDS: dict[str, tuple[bytes, ...]] = {
    "address": (b"vms[vmid=100].status", b'$2.a."b c"[x.y=1,z="\\u00e9"]#2', b"a[=x]#3.b[#4]"),
    "patterns": (b"bindings/**/*.yaml#vms[].status", b"*#**.command", b'a?/*.yaml#$2.**."x y"[id=1]'),
    "ids": (b"CP-20260212-080601__home-infra", b"LOOP-HOME-INFRA-20260212", b"GAP-OP-118"),
    "textpatch": (b"a\nb\nc\n\0@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", b"\0@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n"),
    "json": (b'[{"set":"a.b","to":1e400},{"add":"v[id=1]","value":{"id":1,"x":null},"after":"[id=0]"}]',
             b'[{"remove":"a"},{"move":"v[id=1]","after":null},{"comment":"a","slot":"lead","to":"# x"},'
             b'{"splice":"a","at":1,"drop":["x"],"put":["y"]},{"expect":"a","exists":true}]'),
    "trailers": (b"subject\n\nbody\n\nSpine-Proposal: CP-1\nSpine-Digest: sha256:00\n", b"a: b\n---\nc: d\n"),
    "settings": (b'spine: settings/1\nfolders: {bindings: b}\nlists:\n  "*#a": {keyed: [x.y]}\nmerge: {"*#u": newest}\n'
                 b'policy: {require: [why], hooks: full}\n',
                 b'spine: settings/1\npolicy:\n  teams: {ops: [a@b]}\n  who: [{where: ["*#a", b/**], apply: [ops], approvals: 1}]\n',),
    "change": (b"ops:\n  - set: a\n    from: 1\n    to: 2\n  - remove: v[id=1]\n    was_after: null\n    was: |\n      - id: 1\n",),
    "records": (
        b"wspine: withdrawal/1\nproposal: CP-20260212-080601__x\nby: A <a@b>\nat: 2026-02-12T08:06:01Z\nwhy: x\n",
        b"aspine: approval/1\nproposal: CP-20260212-080601__x\ndigest: sha256:" + b"0" * 64 + b"\nverdict: approved\n"
        b"by: A <a@b>\nat: 2026-02-12T08:06:01Z\n",
        b"ggap: 1\n", b"xgaps:\n  - id: GAP-OP-1\n    status: open\n",
    ),
    "loop": (b"---\nloop_id: LOOP-A-20260212\nstatus: active\n---\n# A\n\n## Goal\nx\n\n## Success Criteria\n- [ ] one\n- [x] two\n",),
    "engine": (b"a: 1\nb: [1, 2]\n\0a: 2\nb: [1, 3]\n", b"v:\n  - id: 1\n    x: a\n\0v:\n  - id: 1\n    x: b\n  - id: 2\n"),
}  # fmt: skip
