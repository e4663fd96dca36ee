"""Declarations inferred from a repository and its history, written or proposed; and what they are on real bindings."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from published import fitting

import spine
from spine.actions.infer import infer, propose_inferred, write_inferred
from spine.actions.propose import Wanted
from spine.actions.sources import NothingChanged
from spine.actions.validate import validate
from spine.errors import Refused
from spine.identity import Identity, Keyed, is_unique
from spine.records.list_versions import lists_of
from spine.records.settings import read_settings
from spine.repository import Repository
from spine.review.inferred_text import summary
from spine.yamldoc.guard import Unparsable, parse
from spine.yamldoc.nodes import Document
from tests.actions.conftest import SETTINGS, Bench
from tests.actions.test_resolve import spine as run_spine

VM = "bindings/vm.yaml"


def vms(*names: str) -> str:
    return "vms:\n" + "".join(f"  - name: {name}\n    up: true\n" for name in names)


def some_history(bench: Bench) -> None:
    bench.commit("one", **{VM: vms("a", "b")})
    bench.commit("two", **{VM: vms("a", "b", "c")})
    bench.commit("three", **{VM: vms("a", "c"), "bindings/odd.yaml": "rows: [{x: 1, y: 1}, {x: 2, y: 2}]\n"})


def test_history_is_looked_at_and_nothing_is_written(bench: Bench) -> None:
    some_history(bench)
    done = infer(bench.work)
    assert [(str(one.pattern), one.kind, one.evidence) for one in done.found] == [
        (f"{VM}#vms", Keyed((("name",),)), "name unique in 3 items in 3 versions")
    ]
    assert [(one.path, str(one.address)) for one in done.questions] == [("bindings/odd.yaml", "rows")]
    assert summary(done) == "1 to declare, 1 question (2 files, 4 versions)"
    assert bench.run("status", "--porcelain") == ""


def test_a_double_in_an_old_version_counts(bench: Bench) -> None:
    bench.commit("doubled", **{VM: vms("a", "a")})
    bench.commit("mended", **{VM: vms("a", "b")})
    bench.commit("more", **{VM: vms("a", "b", "c")})
    done = infer(bench.work)
    assert done.found == []
    assert [one.reason for one in done.questions] == [
        "items 1 and 2 are equal, in 1 of 3 versions: a slip, or a sequence?"
    ]


def test_a_proposal_of_the_settings_lands_and_then_there_is_nothing_to_say(bench: Bench) -> None:
    bench.write("spine.yaml", "# ours\n" + SETTINGS + "policy: {hooks: none}  # for now\n")
    some_history(bench)
    _, made = propose_inferred(bench.work, Wanted(title="what tells VMs apart"))
    assert f"- {VM}#vms {{keyed: [name]}}: name unique in 3 items in 3 versions" in (made.proposal.why or "")
    assert bench.run("status", "--porcelain", "--", "spine.yaml") == ""
    bench.apply(made.proposal.id)
    assert bench.read("spine.yaml") == (
        "# ours\n" + SETTINGS + f"policy: {{hooks: none}}  # for now\nlists:\n  {VM}#vms: {{keyed: [name]}}\n"
    )
    assert validate(bench.work, revision="HEAD").findings == ()
    assert infer(bench.work).found == []
    with pytest.raises(NothingChanged):
        propose_inferred(bench.work, Wanted(title="again"))


def test_written_into_the_work_tree_it_is_an_edit_like_any_other(bench: Bench) -> None:
    some_history(bench)
    bench.write("spine.yaml", SETTINGS + "lists:\n  # mine\n  '*#**.command': sequence\n")
    write_inferred(bench.work)
    assert bench.read("spine.yaml") == (
        SETTINGS + f"lists:\n  # mine\n  '*#**.command': sequence\n  {VM}#vms: {{keyed: [name]}}\n"
    )
    before = bench.read("spine.yaml")
    assert write_inferred(bench.work).found == []
    assert bench.read("spine.yaml") == before


def test_only_some_files(bench: Bench) -> None:
    some_history(bench)
    assert infer(bench.work, ["bindings/odd.yaml"]).found == []
    assert len(infer(bench.work, ["bindings"]).found) == 1
    with pytest.raises(Refused, match="no governed file is there"):
        infer(bench.work, ["bindings/none.yaml"])


def test_a_file_that_is_no_yaml_is_named(bench: Bench) -> None:
    bench.commit("bad", **{VM: "a: [\n"})
    assert infer(bench.work).unread == [VM]


def test_without_settings_there_is_nothing_to_declare_in(bench: Bench) -> None:
    bench.run("rm", "-q", "spine.yaml")
    bench.run("commit", "-qm", "ungoverned")
    with pytest.raises(Refused) as refused:
        infer(bench.work)
    assert refused.value.hint == "spine init"


def test_at_the_door(bench: Bench) -> None:
    some_history(bench)
    shown = run_spine(bench, "schema", "infer")
    assert shown.returncode == 0, shown.stderr
    assert "+ vms: {keyed: [name]}" in shown.stdout
    assert "? bindings/odd.yaml#rows: several fields would do (x, y)" in shown.stdout
    document = fitting(json.loads(run_spine(bench, "schema", "infer", "--propose", "keys", "--json").stdout))
    assert document["spine"] == "schema-infer/1"
    assert document["declared"] == [
        {"pattern": f"{VM}#vms", "kind": "{keyed: [name]}", "evidence": "name unique in 3 items in 3 versions"}
    ]
    assert document["proposal"]["id"].endswith("__keys")
    assert run_spine(bench, "schema", "infer", "--write", "--propose", "x").returncode == 2


@pytest.mark.corpus
@pytest.mark.slow
def test_what_is_declared_for_the_corpus_holds_in_every_version_and_replays_exactly(
    corpus: Path, git: Callable[..., str], bench: Bench, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(corpus, clone)
    (clone / "spine.yaml").write_text(SETTINGS)
    git("add", "spine.yaml", cwd=clone)
    git("commit", "-qm", "settings", cwd=clone)
    real = Bench(clone, git, bench.env, bench.opened)
    done = write_inferred(real.work)
    print(summary(done))
    assert len(done.found) > 80
    assert write_inferred(real.work).found == []
    settings = read_settings(real.read("spine.yaml"))
    repository = Repository.open(clone, bench.env)
    bench.opened.append(repository)

    log = git(
        "log", "--no-renames", "--diff-filter=M", "--raw", "--no-abbrev", "--format=", "--", "bindings", cwd=clone
    )
    pairs = [(line.split("\t")[1], *line.split()[2:4]) for line in log.splitlines() if line.startswith(":")]
    held = exact = 0
    for path, old, new in random.Random(7).sample(pairs, 100):
        before, after = (repository.objects.read_blob(oid).decode() for oid in (old, new))
        try:
            documents = [parse(before), parse(after)]
        except Unparsable:
            continue
        identity = settings.rules_for(path).identity
        assert spine.patch(before, spine.diff(before, after, identity=identity)) == after
        exact += 1
        held += _hold(documents, identity)
    print(f"{exact} pairs replayed to the byte; {held} lists of them are as declared")
    assert exact > 80
    assert held > 100


def _hold(documents: list[Document], identity: Identity) -> int:
    """How many keyed lists these versions have; all must be as declared."""
    count = 0
    for lists in lists_of(documents).values():
        kind = identity.declared_for(lists.sample)
        if isinstance(kind, Keyed):
            assert all(is_unique(node, kind.fields) for node in lists.full), lists.sample
            count += len(lists.full)
    return count
