"""One value set, one entry added or removed in a text, as the command line says it: text in, text out.

The change itself is then told by `diff`, so it is the same however it was made.
"""

from __future__ import annotations

from collections.abc import Iterator

from spine.address import Address, Item, Key, Member, Position, Step
from spine.change.complete import complete
from spine.change.edits import Editor
from spine.change.json_form import Draft
from spine.change.operations import Add, First, Last, Remove
from spine.change.patch import patch_document
from spine.change.places import Places
from spine.change.sources import BadChange, Mismatch, read_token, token_node
from spine.change.targets import Targets
from spine.identity import Identity, field_node
from spine.ids import near
from spine.yamldoc.guard import parse
from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.pieces import whole_lines
from spine.yamldoc.source import string_token
from spine.yamldoc.splice import splice

_SHOWN = 5  # entries that a hint names


def set_value(text: str, at: Address, token: str, identity: Identity) -> str:
    """`text` with the value at `at` set to `token`; a key that its mapping lacks is added."""
    document = parse(whole_lines(text))
    entry = Places(document).entry(at)
    if entry is None:
        if at.steps and isinstance(at.last, Key) and Places(document).node(at.parent) is not None:
            return add_entry(text, at, token, identity)
        raise Mismatch(f"{at} is not there", hint=_what_is_there(document, at))
    token_node(token, is_item=entry.key is None)
    splices = Editor(Targets(document, ())).set_value(entry, token, 0)
    return _done(text, document, splice(document.text, splices))


def _what_is_there(document: Document, at: Address) -> str:
    """What an address that names nothing may have meant, by what stands where it goes wrong."""
    places = Places(document)
    depth = next(n for n in range(len(at.steps)) if places.node(Address(at.steps[: n + 1], at.document)) is None)
    before, wrong, behind = at.steps[:depth], at.steps[depth], at.steps[depth + 1 :]
    node = places.node(Address(before, at.document))
    known = {str(step): step for step in _steps(node, wrong)}
    close = near(str(wrong), known, most=2)
    if close:
        return (
            f"did you mean {' or '.join(str(Address((*before, known[one], *behind), at.document)) for one in close)}?"
        )
    where = str(Address(before, at.document))
    listed = ", ".join(list(known)[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
    return f"at {where} there is: {listed}" if known else f"nothing at {where} is called so; --add makes an entry"


def _steps(node: Node | None, wrong: Step) -> Iterator[Step]:
    """What the entries of a collection are called, in the way in which a step that fits none of them speaks."""
    for entry in node.entries if node is not None else ():
        if entry.key is not None:
            yield Key(entry.key.text)
        elif isinstance(wrong, Item):
            fields = [(path, field_node(entry.value, path)) for path, _ in wrong.fields]
            if all(found is not None and found.kind == "scalar" for _, found in fields):
                yield Item(tuple((path, found.text) for path, found in fields if found is not None))
        elif entry.value.kind == "scalar":
            yield Member(entry.value.text)


def add_entry(text: str, at: Address, token: str | None, identity: Identity) -> str:
    """`text` with an entry added behind the last of its container. `token` None: a member of a set, or an item of which
    only the identity is known."""
    return add_source(text, at, entry_source(at, token), identity)


def add_source(text: str, at: Address, source: str, identity: Identity) -> str:
    """The same for an entry whose block source is at hand: whole lines, without their common indentation."""
    document = parse(whole_lines(text))
    source = source.replace("\n", document.newline)
    ops = complete([Draft(Add(at, source, Last()))], document, identity)
    return patch_document(text, document, ops)


def remove_entry(text: str, at: Address, identity: Identity) -> str:
    """`text` without the entry at `at`."""
    document = parse(whole_lines(text))
    if at.steps and isinstance(at.last, Position):
        raise BadChange(f"{at}: an item without identity is removed by a splice; edit the file instead")
    draft = Draft(Remove(at, "", First()), frozenset({"was", "was_after", "blank", "was_past"}))
    ops = complete([draft], document, identity)
    return patch_document(text, document, ops)


def entry_source(at: Address, token: str | None) -> str:
    """The block source of a new entry: its value's members on lines of their own."""
    step = at.last
    if isinstance(step, Key):
        document, value = read_token(token if token is not None else "null")
        return f"{string_token(step.name)}:" + _behind_key(value, document, 2)
    if isinstance(step, Member):
        if token is not None:
            raise BadChange(f"{at}: a member of a list of plain values has no further value")
        return f"- {string_token(step.value)}\n"
    if isinstance(step, Item):
        return _item_source(step, token)
    raise BadChange(f"{at}: an entry is added by name, not by position")


def _item_source(step: Item, token: str | None) -> str:
    fields = "".join(
        f"{string_token(path[0])}: {string_token(value)}\n" for path, value in step.fields if len(path) == 1
    )
    lines = ""
    if token is not None:
        document, value = read_token(token)
        if value.kind != "mapping":
            raise BadChange(f"{step}: the value of an item is a mapping, like {{key: value}}")
        known = {path[0] for path, _ in step.fields}
        given = {entry.key.text for entry in value.entries if entry.key is not None}
        if known <= given:
            fields = ""
        lines = _members(value, document, 0)
    text = fields + lines
    return "- " + text.replace("\n", "\n  ").rstrip(" ")


def _behind_key(node: Node, document: Document, column: int) -> str:
    """What stands behind `key:`, block style, scalars in their own spelling."""
    if node.kind == "mapping" and node.entries:
        return "\n" + _members(node, document, column)
    if node.kind == "sequence" and any(entry.value.entries for entry in node.entries):
        pad = " " * column
        return "\n" + "".join(f"{pad}- {_item(entry.value, document, column + 2)}" for entry in node.entries)
    source = document.source(node)
    return f" {source}\n" if source else "\n"


def _item(node: Node, document: Document, column: int) -> str:
    if node.kind == "mapping" and node.entries:
        return _members(node, document, column)[column:]
    return f"{document.source(node)}\n"


def _members(node: Node, document: Document, column: int) -> str:
    out = ""
    for entry in node.entries:
        assert entry.key is not None
        out += " " * column + document.source(entry.key) + ":" + _behind_key(entry.value, document, column + 2)
    return out


def _done(before: str, document: Document, result: str) -> str:
    if not before.endswith("\n"):
        result = result.removesuffix("\n")
    parse(result)
    return "\ufeff" + result if document.bom else result
