"""The gate in CI: formats of real runs, the action's own steps, recipes, shallow clones, a pull request acted out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import VM, Done, House

ROOT = Path(__file__).resolve().parents[2]
EDITED = VM.replace("status: running", "status: stopped")


@pytest.fixture
def edited(house: House) -> House:
    """A governed file changed by hand, in a range HEAD^..HEAD."""
    house.commit("by hand", {"bindings/vm.yaml": EDITED})
    return house


def test_each_format_names_the_file_and_the_line(edited: House, inside: Callable[..., Done]) -> None:
    said = {
        form: inside("check", "HEAD^..HEAD", "--format", form) for form in ("github", "gitlab", "sarif", "markdown")
    }
    assert {one.code for one in said.values()} == {1}
    tip = edited.tip()
    assert said["github"].out.startswith(
        "::error file=bindings/vm.yaml,line=8,col=5,title=spine SP107::bindings/vm.yaml was changed at "
        "vms[vmid=100].status, and no receipt covers it%0Ahint: record it: spine propose --from "
    )
    entry = json.loads(said["gitlab"].out)[0]
    assert entry["location"] == {"path": "bindings/vm.yaml", "lines": {"begin": 8}}
    result = json.loads(said["sarif"].out)["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "bindings/vm.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 8, "startColumn": 5},
    }
    assert f"**SP107** `bindings/vm.yaml:8:5` in {tip[:12]}:" in said["markdown"].out
    assert inside("check", "HEAD^..HEAD", "--format", "json").document["outcome"] == "findings"
    assert inside("check", "--json", "--format", "sarif").code == 2


def test_validate_has_the_same_formats(house: House, inside: Callable[..., Done]) -> None:
    house.write("bindings/bad.yaml", "a: [")
    for form, begin in (("github", "::error file=bindings/bad.yaml,line=2"), ("gitlab", "[\n {"), ("markdown", "### ")):
        said = inside("validate", "--format", form)
        assert (said.code, said.out.startswith(begin)) == (2, True), said.out
    assert json.loads(inside("validate", "--format", "sarif").out)["runs"][0]["results"][0]["level"] == "error"


def test_the_summary_of_the_job_is_added_to(edited: House, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    edited.spine("check", "HEAD^..HEAD", "--format", "github", code=1, env={"GITHUB_STEP_SUMMARY": str(summary)})
    text = summary.read_text()
    assert text.startswith("before\n### spine check\n")
    assert "**SP107** `bindings/vm.yaml:8:5`" in text


def test_a_shallow_clone_cannot_tell_until_it_is_whole(edited: House, git: Callable[..., str], tmp_path: Path) -> None:
    edited.shell('spine propose --from HEAD^..HEAD --landed "stop web"')
    base = edited.tip("HEAD~2")
    git("clone", "-q", "--depth", "1", f"file://{edited.path}", str(tmp_path / "shallow"), cwd=tmp_path)
    clone = House(tmp_path / "shallow", edited.git_, edited.env)
    for start, error in ((base, "SP602"), (base[:12], "SP125")):
        said = clone.spine("check", f"{start}..HEAD", code=6)
        assert error in said.err
        assert "git fetch --unshallow" in said.err
    assert "cannot tell: its parents are not in this clone" in clone.spine("check", code=6).out
    assert clone.spine("check", "--json", code=6).document["outcome"] == "cannot-tell"
    clone.git("fetch", "-q", "--unshallow")
    clone.spine("check", f"{base}..HEAD")
    clone.spine("check", "nonsense..HEAD", code=2)


# ---- the action ----------------------------------------------------------------------------------------------------


class Runner:
    """What a runner of GitHub does for the steps of a composite action that are scripts."""

    def __init__(self, house: House, folder: Path, event: Mapping[str, str], inputs: Mapping[str, str]) -> None:
        self.house, self.folder = house, folder
        self.action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        self.values = {f"inputs.{name}": one["default"] for name, one in self.action["inputs"].items()}
        self.values |= {f"inputs.{name}": value for name, value in inputs.items()}
        self.values |= {f"github.{name}": value for name, value in event.items()}
        self.values["github.action_path"] = str(ROOT)
        folder.mkdir()
        # Installing takes a minute; the steps find what it would have made.
        binary = folder / "spine/bin"
        binary.mkdir(parents=True)
        (binary / "spine").write_text(f'#!/bin/sh\nexec {sys.executable} -m spine "$@"\n')
        (binary / "spine").chmod(0o755)

    def run(self) -> tuple[int, str, dict[str, str]]:
        """Every step but the installation: exit code, log, outputs of the action."""
        log, code = "", 0
        for step in self.action["runs"]["steps"]:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "an expression in a script is run by whoever writes the event"
            if step["name"] == "Install spine":
                continue
            output = self.folder / "output"
            output.write_text("")
            env = self.house.env | {name: self.fill(value) for name, value in step.get("env", {}).items()}
            env |= {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.folder / "summary")}
            env |= {"RUNNER_TEMP": str(self.folder)}
            script = self.folder / "step.sh"
            script.write_text(step["run"])
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                cwd=self.house.path, env=env, capture_output=True, text=True, check=False,
            )  # fmt: skip
            log, code = log + done.stdout + done.stderr, done.returncode
            for line in output.read_text().splitlines():
                name, _, value = line.partition("=")
                self.values[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                break
        return code, log, {name: self.fill(one["value"]) for name, one in self.action["outputs"].items()}

    def fill(self, text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: self.values.get(found[1], ""), text)


@pytest.mark.slow
def test_the_actions_steps_check_what_the_event_is_about(edited: House, tmp_path: Path) -> None:
    base = edited.tip("HEAD^")
    zero = "0" * 40
    for number, (event, expected) in enumerate(
        [
            ({"event_name": "pull_request", "event.pull_request.base.sha": base}, (1, "findings", f"{base}..HEAD")),
            ({"event_name": "merge_group", "event.merge_group.base_sha": base}, (1, "findings", f"{base}..HEAD")),
            ({"event_name": "push", "event.before": base}, (1, "findings", f"{base}..HEAD")),
            ({"event_name": "push", "event.before": edited.tip()}, (0, "explained", f"{edited.tip()}..HEAD")),
            ({"event_name": "push", "event.before": zero}, (1, "findings", "HEAD")),
            ({"event_name": "push", "event.before": "1" * 40}, (1, "findings", "HEAD")),
            ({"event_name": "push", "event.before": "$(touch pwned)"}, (1, "findings", "HEAD")),
        ]
    ):
        code, log, outputs = Runner(edited, tmp_path / str(number), event, {}).run()
        assert (code, outputs["outcome"], outputs["range"]) == expected, log
        assert ("::error file=bindings/vm.yaml,line=8" in log) == (code == 1)
    code, log, outputs = Runner(edited, tmp_path / "asked", {"event_name": "push"}, {"range": "HEAD..HEAD"}).run()
    assert (code, outputs["outcome"]) == (0, "explained"), log
    assert not (edited.path / "pwned").exists()
    assert edited.status() == []


@pytest.mark.slow
def test_the_action_says_that_it_cannot_tell(edited: House, git: Callable[..., str], tmp_path: Path) -> None:
    git("clone", "-q", "--depth", "1", f"file://{edited.path}", str(tmp_path / "shallow"), cwd=tmp_path)
    clone = House(tmp_path / "shallow", edited.git_, edited.env)
    event = {"event_name": "pull_request", "event.pull_request.base.sha": edited.tip("HEAD^")}
    code, log, outputs = Runner(clone, tmp_path / "one", event, {}).run()
    assert (code, outputs["outcome"]) == (6, "cannot-tell")
    assert "::warning title=spine::this clone lacks what is needed to tell" in log
    code, _, outputs = Runner(clone, tmp_path / "two", event, {"cannot-tell": "pass"}).run()
    assert (code, outputs["outcome"]) == (0, "cannot-tell")


@pytest.mark.parametrize("name", ["action.yml", *(f"docs/ci/{one}.yml" for one in ("github", "forgejo", "gitlab"))])
def test_recipes_are_yaml_that_runs_nothing_of_an_event(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    document = yaml.safe_load(text)
    assert isinstance(document, dict)
    for script in scripts(document):
        assert "${{" not in script, name
        done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    # What stands in comments, to be switched on, is YAML and a shell's too.
    offered = "\n".join(line.replace("# ", "", 1) for line in text.split("\n") if line.startswith("      # "))
    steps = yaml.safe_load(re.sub(r"(?m)^ {6}(?![-# ]).*$", "", offered) or "[]")
    for script in scripts(steps or []):
        assert "${{" not in script


def scripts(value: Any) -> list[str]:
    """Everything that is given to a shell, wherever it stands."""
    if isinstance(value, dict):
        own = [value["run"]] if isinstance(value.get("run"), str) else []
        own += ["\n".join(value["script"])] if isinstance(value.get("script"), list) else []
        return own + [one for part in value.values() for one in scripts(part)]
    return [one for part in value for one in scripts(part)] if isinstance(value, list) else []


# ---- a pull request ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_pull_request_from_the_proposal_to_the_landing(house: House, git: Callable[..., str], tmp_path: Path) -> None:
    """A bare remote, an author and a maintainer: proposal, review, merge, landing, check; then an edit by hand."""
    remote = tmp_path / "remote.git"
    git("clone", "-q", "--bare", str(house.path), str(remote), cwd=tmp_path)
    people = []
    for name in ("author", "maintainer"):
        git("clone", "-q", str(remote), str(tmp_path / name), cwd=tmp_path)
        people.append(House(tmp_path / name, house.git_, house.env))
    author, maintainer = people
    for one in people:
        one.spine("hooks", "install")
    base = author.tip()

    author.git("switch", "-qc", "stop-web")
    author.write("bindings/vm.yaml", EDITED)
    made = author.propose("stop web", "--why", "it moves")
    assert author.read("bindings/vm.yaml") == VM
    author.git("add", "proposals")
    author.git("commit", "-qm", "propose to stop web")
    author.git("push", "-q", "origin", "stop-web")

    maintainer.git("fetch", "-q")
    maintainer.spine("check", f"{base}..origin/stop-web")
    maintainer.git("merge", "-q", "--no-ff", "-m", "merge the proposal", "origin/stop-web")
    said = maintainer.spine("check", f"{base}..HEAD", "--format", "markdown").out
    assert "nothing governed was changed" in said
    maintainer.spine("apply", made["id"])
    assert maintainer.read("bindings/vm.yaml") == EDITED
    assert maintainer.spine("check", f"{base}..HEAD", "--json").document["outcome"] == "explained"
    maintainer.git("push", "-q", "origin", "main")

    author.git("switch", "-q", "main")
    author.git("pull", "-q", "--ff-only")
    landed = author.tip()
    author.edit("bindings/vm.yaml", "name: dns", "name: ns")
    author.git("commit", "-qnam", "by hand")
    pushed = subprocess.run(
        ["git", "push", "origin", "main"], cwd=author.path, env=author.env, capture_output=True, text=True
    )
    assert pushed.returncode != 0
    assert "SP107 bindings/vm.yaml was changed at vms[vmid=101].name" in pushed.stdout + pushed.stderr
    author.git("push", "-q", "--no-verify", "origin", "main")

    maintainer.git("pull", "-q", "--ff-only")
    said = maintainer.spine("check", f"{landed}..HEAD", "--format", "github", code=1).out
    assert said.startswith("::error file=bindings/vm.yaml,line=13,col=5,title=spine SP107::")
    assert "bindings/vm.yaml was changed at vms[vmid=101].name, and no receipt covers it" in said
    maintainer.shell(f'spine propose --from {landed}..HEAD --landed "rename dns"')
    maintainer.spine("check", f"{landed}..HEAD")
    maintainer.git("push", "-q", "origin", "main")
    assert os.path.isdir(remote)
