"""Cross-references that values suggest: what people mean by them, and what is only alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine.identity import Identity
from spine.records.likely_references import likely_references
from spine.yamldoc.guard import Unparsable, parse

SSH = "targets:\n" + "".join(
    f"  - id: {name}\n    port: 22\n" for name in ("nas-01", "pve-home", "pve-shop", "edge-gw")
)
PAGES = "pages:\n  how-to: {title: A}\n  restore-drill: {title: B}\n  rack-plan: {title: C}\n"


def suggested(**files: str) -> list[tuple[str, str, int]]:
    documents = {f"{name}.yaml": parse(text) for name, text in files.items()}
    found = likely_references(documents, dict.fromkeys(documents, Identity()))
    return [(str(one.source), str(one.target), one.values) for one in found]


def hosts(*names: str, key: str = "host") -> str:
    return "endpoints:\n" + "".join(
        f"  - url: https://{n}.example.org/{name}\n    {key}: {name}\n" for n, name in enumerate(names)
    )


def test_a_field_whose_values_are_all_ids_of_one_list() -> None:
    found = suggested(ssh=SSH, health=hosts("nas-01", "pve-home", "edge-gw", "nas-01"))
    assert found == [("health.yaml#endpoints[].host", "ssh.yaml#targets[].id", 3)]


def test_the_keys_of_a_register_are_names_too_and_items_of_a_list_are_values() -> None:
    docs = "docs:\n  - about: x\n    pages: [how-to, rack-plan]\n  - about: y\n    pages: [restore-drill]\n"
    assert suggested(pages=PAGES, docs=docs) == [("docs.yaml#docs[].pages[]", "pages.yaml#pages.*", 3)]


@pytest.mark.parametrize(
    "files",
    [
        {"ssh": SSH, "health": hosts("nas-01", "pve-home", "elsewhere-1")},  # one is not there
        {"ssh": SSH, "health": hosts("nas-01", "pve-home")},  # too few to say anything
        {"ssh": SSH, "health": hosts("true", "active", "yes")},  # words that mean everything
        {"ssh": SSH, "backup": SSH, "health": hosts("nas-01", "pve-home", "edge-gw")},  # it could be either
        {"health": hosts("nas-01", "pve-home", "edge-gw")},  # a list does not refer to itself
    ],
)
def test_what_suggests_nothing(files: dict[str, str]) -> None:
    assert not [one for one in suggested(**files) if one[0].startswith("health")]


def test_of_several_places_the_one_that_the_field_is_called_like() -> None:
    found = suggested(hosts=SSH, backup=SSH.replace("targets", "jobs"), health=hosts("nas-01", "pve-home", "edge-gw"))
    assert ("health.yaml#endpoints[].host", "hosts.yaml#targets[].id", 3) in found


@pytest.mark.corpus
def test_on_real_bindings(corpus: Path) -> None:
    documents = {}
    for path in sorted((corpus / "bindings").rglob("*.yaml")):
        try:
            documents[str(path.relative_to(corpus))] = parse(path.read_text("utf-8"))
        except (Unparsable, UnicodeDecodeError):
            continue
    found = likely_references(documents, dict.fromkeys(documents, Identity()))
    assert ("bindings/agents.registry.yaml#routing_rules[].agent", "bindings/agents.registry.yaml#agents[].id", 8) in [
        (str(one.source), str(one.target), one.values) for one in found
    ]
    assert 20 <= len(found) <= 60
