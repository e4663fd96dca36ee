"""What is only formatting: two texts with the same values in the same order, and the same comments."""

from __future__ import annotations

from spine.yamldoc.nodes import Document, Node
from spine.yamldoc.scalars import same_value
from spine.yamldoc.trivia import comments_of


def same_meaning(a: Node, b: Node) -> bool:
    """`same_value`, and mappings in the same order too."""
    if a.kind != b.kind or len(a.entries) != len(b.entries):
        return False
    if a.kind != "mapping" and a.kind != "sequence":
        return same_value(a, b)
    if a.tag != b.tag:
        return False
    for x, y in zip(a.entries, b.entries, strict=True):
        if x.key is not None and y.key is not None and not same_value(x.key, y.key):
            return False
        if not same_meaning(x.value, y.value):
            return False
    return True


def beyond_formatting(document: Document, new: Document) -> str | None:
    """Why the way from one document to another is more than formatting; None if it is not."""
    if document is new:
        return None
    if len(document.roots) != len(new.roots):
        return "the number of documents differs"
    for one, other in zip(document.roots, new.roots, strict=True):
        if (one.node is None) != (other.node is None):
            return "a document is empty on one side"
        if one.node is not None and other.node is not None and not same_meaning(one.node, other.node):
            return "a change that no operation expresses"
    if comments_of(document) != comments_of(new):
        return "a comment that belongs to no entry"
    return None
