"""Proposals from every source: one effect, no edit ever lost, nothing half done."""

from __future__ import annotations

import json

import pytest

from spine.actions.put_aside import propose_undo
from spine.actions.sources import Edit, Edits, FromJson, FromRange, NothingChanged, Staged, WorkTree
from spine.address import parse
from spine.change.json_form import parse_json
from spine.errors import Refused
from spine.repository import DirtyPath
from tests.actions.conftest import Bench

PATH = "bindings/backup.yaml"
TEXT = """\
# what is backed up
version: 1
targets:
  # P1 tier
  - name: ha
    enabled: false   # not yet

  - name: immich
    enabled: true
"""
EDITED = TEXT.replace("enabled: false", "enabled: true") + "\n  - name: vault\n    enabled: false\n"


@pytest.fixture
def ready(bench: Bench) -> Bench:
    bench.commit("targets", **{PATH: TEXT})
    return bench


def test_the_same_change_made_in_four_ways_has_one_effect(ready: Bench) -> None:
    ready.write(PATH, EDITED)
    by_hand = ready.propose("from the work tree")
    edits = Edits(
        (
            Edit("set", PATH, parse("targets[name=ha].enabled"), "true"),
            Edit("add", PATH, parse("targets[name=vault]"), "{enabled: false}"),
        )
    )
    by_flags = ready.propose("from flags", edits)
    sent = {
        "files": [
            {
                "path": PATH,
                "ops": [
                    {"set": "targets[name=ha].enabled", "to": True},
                    {"add": "targets[name=vault]", "value": {"name": "vault", "enabled": False}},
                ],
            }
        ]
    }
    by_json = ready.propose("from a program", FromJson(parse_json(json.dumps(sent))))
    base = ready.tip()
    ready.run("switch", "-qc", "elsewhere")
    ready.commit("by hand", **{PATH: EDITED})
    ready.run("switch", "-q", "main")
    by_range = ready.propose("from commits", FromRange(f"{base}..elsewhere"))
    found = {one.effect for one in (by_hand, by_flags, by_json, by_range)}
    assert len(found) == 1
    assert by_hand.proposal.files[0].change == by_flags.proposal.files[0].change == by_range.proposal.files[0].change


def test_the_work_tree_is_put_back_and_the_edits_can_be_restored(ready: Bench) -> None:
    ready.write(PATH, EDITED)
    ready.write("bindings/new.yaml", "version: 1\n")
    ready.write("notes.txt", "mine\n")
    made = ready.propose("backups")
    assert ready.read(PATH) == TEXT
    assert not (ready.path / "bindings/new.yaml").exists()
    assert ready.read("notes.txt") == "mine\n"
    assert set(made.restored) == {PATH, "bindings/new.yaml"}
    assert propose_undo(ready.work) == (made.proposal.id, (PATH, "bindings/new.yaml"))
    assert ready.read(PATH) == EDITED
    assert ready.read("bindings/new.yaml") == "version: 1\n"
    assert not (ready.path / made.folder).exists()


def test_staged_edits_become_a_proposal_and_the_index_is_put_back(ready: Bench) -> None:
    ready.write(PATH, EDITED)
    ready.run("add", PATH)
    ready.write("other.txt", "staged\n")
    ready.run("add", "other.txt")
    made = ready.propose("staged", Staged())
    assert [file.path for file in made.proposal.files] == [PATH]
    assert ready.read(PATH) == TEXT
    assert ready.run("diff", "--cached", "--name-only").split() == ["other.txt"]


def test_a_file_half_staged_is_refused_and_nothing_changes(ready: Bench) -> None:
    ready.write(PATH, EDITED)
    ready.run("add", PATH)
    ready.write(PATH, EDITED + "  - name: more\n")
    index = (ready.path / ".git/index").read_bytes()
    with pytest.raises(DirtyPath, match="half staged"):
        ready.propose("half")
    assert (ready.path / ".git/index").read_bytes() == index
    assert ready.read(PATH).endswith("more\n")
    assert not (ready.path / "proposals").exists()


def test_nothing_but_governed_files_unless_named(ready: Bench) -> None:
    ready.write("README.md", "hello\n")
    with pytest.raises(NothingChanged):
        ready.propose("nothing governed")
    made = ready.propose("a note", WorkTree(("README.md",)))
    assert [(file.path, file.content) for file in made.proposal.files] == [("README.md", "hello\n")]


def test_a_binary_file_goes_into_a_blob_and_lands_whole(ready: Bench) -> None:
    data = bytes(range(256)) * 4
    ready.write("logo.png", data)
    made = ready.propose("a picture", WorkTree(("logo.png",)))
    assert made.proposal.files[0].blob is not None
    assert not (ready.path / "logo.png").exists()
    ready.apply(made.proposal.id)
    assert (ready.path / "logo.png").read_bytes() == data


def test_a_moved_file_is_told_as_one(ready: Bench) -> None:
    ready.run("mv", PATH, "bindings/backups.yaml")
    made = ready.propose("rename the file")
    assert [(file.moved_from, file.path) for file in made.proposal.files] == [(PATH, "bindings/backups.yaml")]
    assert ready.read(PATH) == TEXT
    ready.apply(made.proposal.id)
    assert not (ready.path / PATH).exists()
    assert ready.read("bindings/backups.yaml") == TEXT


def test_two_proposals_of_one_second_get_two_ids(ready: Bench) -> None:
    ready.write(PATH, EDITED)
    one = ready.propose("same title", keep=True)
    ready.moments[0] = one.proposal.created.replace(microsecond=0) - (ready.now() - ready.moments[0])
    ready.moments[0] = one.proposal.created.replace(second=one.proposal.created.second - 1)
    two = ready.propose("same title")
    assert one.proposal.id != two.proposal.id
    assert two.proposal.id[:18] > one.proposal.id[:18]


@pytest.mark.parametrize(
    "path", ["../x.yaml", ".git/config", "bindings/.GIT/x", "bindings/a:b", ".github/workflows/x.yml", "/etc/passwd"]
)
def test_a_program_cannot_name_a_path_that_is_not_its_business(ready: Bench, path: str) -> None:
    sent = FromJson(parse_json(json.dumps({"files": [{"path": path, "content": "x\n"}]})))
    with pytest.raises(Refused):
        ready.propose("out of bounds", sent)
    assert not (ready.path / "proposals").exists()


def test_unparsable_yaml_is_refused_with_line_and_column(ready: Bench) -> None:
    ready.write(PATH, TEXT + "  broken: [\n")
    with pytest.raises(Refused) as caught:
        ready.propose("broken")
    assert caught.value.place is not None
    assert caught.value.place.file == PATH
    assert caught.value.place.line is not None
    assert ready.read(PATH).endswith("broken: [\n")


def test_a_program_that_read_an_hour_ago_never_overwrites_what_came_since(ready: Bench) -> None:
    read = ready.tip()
    ready.commit("somebody else", **{PATH: TEXT.replace("enabled: false", "enabled: maybe")})
    sent = {"base": read, "files": [{"path": PATH, "ops": [{"set": "targets[name=ha].enabled", "to": True}]}]}
    made = ready.propose("late", FromJson(parse_json(json.dumps(sent))))
    assert made.plan.outcome == "conflicts"
    conflict = made.plan.files[0].conflicts[0]
    assert (str(conflict.at), conflict.base, conflict.target, conflict.proposed) == (
        "targets[name=ha].enabled",
        "false",
        "maybe",
        "true",
    )
    setter = made.plan.set_by[PATH, conflict.at]
    assert (setter.subject, setter.proposal) == ("somebody else", None)
