"""Aliases that lost their anchor, as a merge by lines can make them: YAML by its grammar, and no reader takes it."""

from __future__ import annotations

from spine.yamldoc.nodes import Document, Node


def lost_alias(document: Document) -> Node | None:
    """The first alias whose anchor does not stand before it in its YAML document."""
    for root in document.roots:
        anchors: set[str] = set()
        todo = [root.node] if root.node is not None else []
        while todo:
            node = todo.pop()
            if node.kind == "alias" and node.text not in anchors:
                return node
            if node.anchor is not None and node.kind != "alias":
                anchors.add(node.anchor)
            for entry in reversed(node.entries):
                todo.append(entry.value)
                if entry.key is not None:
                    todo.append(entry.key)
    return None
