"""Who may land what: asked of the target's policy, on real repositories, with real keys."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from spine.actions.apply import apply
from spine.actions.approve import Approved, approve
from spine.actions.authority import NoGlass, NotAllowed, NotProved
from spine.actions.check import check
from spine.actions.listing import status
from spine.actions.plan import plan
from spine.actions.validate import validate
from spine.actions.workspace import Workspace
from spine.errors import Exit, Refused
from spine.records.approval import Verdict, read_approval, write_approval
from spine.repository import Repository
from spine.repository.signatures import NotSigned
from tests.actions.conftest import SETTINGS, Bench

VM = "vms:\n  - vmid: 100\n    name: ha\n    status: active\n  - vmid: 101\n    name: dns\n    status: stopped\n"
NET = "nets:\n  - id: lan\n    cidr: 10.0.0.0/24\n"
ADA, BEN, CLEO = "Ada Author <ada@example.org>", "Ben <ben@example.org>", "Cleo <cleo@example.org>"
POLICY = """\
policy:
  teams: {ops: [ada@example.org, cleo@example.org], leads: [ben@example.org, ada@example.org]}
  who:
    - {where: ["bindings/vm.yaml#vms[vmid=100].status"], apply: [ops], approvals: 1, by: [leads]}
    - {where: [spine.yaml], approvals: 2}
  break_glass: {by: [cleo@example.org], days: 2}
"""


@dataclass
class Town:
    """A repository with a policy, and several people in it."""

    bench: Bench

    def work(self, person: str) -> Workspace:
        name, mail = person.removesuffix(">").split(" <")
        env = {**self.bench.env, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail}
        env |= {"GIT_CONFIG_COUNT": "0"}
        key = self.bench.path.parent / f"{mail}.key"
        if key.exists():
            settings = {"gpg.format": "ssh", "user.signingkey": str(key), "commit.gpgsign": "true"}
            env["GIT_CONFIG_COUNT"] = str(len(settings))
            for number, (one, value) in enumerate(settings.items()):
                env |= {f"GIT_CONFIG_KEY_{number}": one, f"GIT_CONFIG_VALUE_{number}": value}
        repository = Repository.open(self.bench.path, env)
        self.bench.opened.append(repository)
        return Workspace(repository, self.bench.now, person, "run-1")

    def proposed(self, path: str = "bindings/vm.yaml", old: str = "active", new: str = "off", title: str = "t") -> str:
        """A proposal of Ada's, committed."""
        self.bench.write(path, self.bench.read(path).replace(old, new, 1))
        made = self.bench.propose(title, why="w")
        self.bench.commit("a proposal")
        return str(made.proposal.id)

    def approve(self, person: str, id_: str, verdict: Verdict = "approved", **said: object) -> Approved:
        return approve(self.work(person), id_, verdict, **said)  # type: ignore[arg-type]

    def refusal(self, person: str, id_: str, **said: str) -> str:
        before = self.bench.tip()
        with pytest.raises(NotAllowed) as caught:
            apply(self.work(person), id_, **said)
        assert caught.value.exit_code == Exit.POLICY
        assert caught.value.place is not None
        assert caught.value.hint
        assert self.bench.tip() == before
        assert self.bench.run("status", "--porcelain") == ""
        return str(caught.value)

    def lands(self, person: str, id_: str, **said: str) -> None:
        apply(self.work(person), id_, **said)
        report = check(self.bench.work, "HEAD~..HEAD")
        assert report.findings == ()

    def found(self) -> list[str]:
        return [finding.code for finding in check(self.bench.work, "HEAD~..HEAD").findings]


@pytest.fixture
def town(bench: Bench) -> Town:
    bench.commit("a policy", **{"spine.yaml": SETTINGS + POLICY, "bindings/vm.yaml": VM, "bindings/net.yaml": NET})
    return Town(bench)


def test_what_no_rule_speaks_of_lands_as_ever(town: Town) -> None:
    town.lands("Zoe <zoe@example.org>", town.proposed("bindings/net.yaml", "10.0.0.0", "10.1.0.0"))
    town.lands("Zoe <zoe@example.org>", town.proposed(old="stopped", new="off"))


def test_who_may_land_and_whose_approval_is_missing(town: Town) -> None:
    id_ = town.proposed()
    said = town.refusal(BEN, id_)
    assert "ops may land this, and not Ben <ben@example.org>" in said
    assert "left to the forge" in said
    said = town.refusal(ADA, id_)
    assert said.startswith("bindings/vm.yaml#vms[vmid=100].status: ")
    assert "0 of 1 approvals by leads (who: bindings/vm.yaml#vms[vmid=100].status)" in said
    standing = plan(town.work(ADA), id_).standing
    assert standing is not None
    assert [one.message for one in standing.unmet] == ["0 of 1 approvals by leads"]
    assert town.approve(BEN, id_).commit is not None
    assert town.approve(BEN, id_).commit is None
    town.lands(CLEO, id_)
    assert validate(town.bench.work).findings == ()


@pytest.mark.parametrize(
    ("edit", "is_asked"),
    [
        ((VM[VM.index("  - vmid: 100") : VM.index("  - vmid: 101")], ""), True),
        (("vms:\n", "version: 1\nvms:\n"), False),
        (("name: ha", "name: home"), False),
        (("vmid: 100", "vmid: 200"), True),
        (("    status: active\n", ""), True),
        (("active", "active # yes"), True),
        (("vms:", "machines:"), True),
        ((VM, "machines: []\n"), True),
    ],
    ids=["removed", "beside", "another field", "renamed", "field removed", "comment", "above renamed", "all"],
)
def test_nobody_gets_around_a_rule_by_another_operation(town: Town, edit: tuple[str, str], is_asked: bool) -> None:
    id_ = town.proposed(old=edit[0], new=edit[1])
    if is_asked:
        town.refusal(CLEO, id_)
    else:
        town.lands(CLEO, id_)


def test_nor_by_moving_the_file_away_or_writing_it_as_text(town: Town) -> None:
    town.bench.run("mv", "bindings/vm.yaml", "bindings/machines.yaml")
    made = town.bench.propose("move", why="w")
    town.bench.run("reset", "-q", "--hard")
    town.bench.commit("a proposal")
    town.refusal(CLEO, str(made.proposal.id))


def test_the_own_approval_does_not_count_unless_the_rule_says_so(town: Town) -> None:
    id_ = town.proposed()
    town.approve(ADA, id_)
    assert "that of Ada Author <ada@example.org>: the author's own does not count" in town.refusal(ADA, id_)
    town.bench.commit("loosen", **{"spine.yaml": SETTINGS + POLICY.replace("by: [leads]", "by: [leads], self: true")})
    town.lands(ADA, id_)


def test_an_approval_by_somebody_who_is_not_asked(town: Town) -> None:
    id_ = town.proposed()
    town.approve(CLEO, id_)
    assert "not one of those who are asked" in town.refusal(ADA, id_)


def test_an_approval_of_another_digest(town: Town) -> None:
    id_ = town.proposed()
    done = town.approve(BEN, id_)
    file = next(town.bench.path.glob(f"proposals/*/{id_}/approvals/*.yaml"))
    file.write_text(file.read_text().replace(done.approval.digest, f"sha256:{'0' * 64}"))
    town.bench.commit("forged")
    assert "it is of another digest" in town.refusal(ADA, id_)
    assert [one.code for one in validate(town.bench.work).findings] == ["SP142"]


def test_an_approval_that_expired_or_is_of_a_time_to_come(town: Town) -> None:
    id_ = town.proposed()
    town.approve(BEN, id_, days=1)
    town.bench.moments[0] += timedelta(days=2)
    assert "it has expired" in town.refusal(ADA, id_)
    file = next(town.bench.path.glob(f"proposals/*/{id_}/approvals/*.yaml"))
    file.write_text(file.read_text().replace("at: 2026", "at: 2036").replace("expires: 2026", "expires: 2037"))
    town.bench.commit("forged")
    assert "it is of a time to come" in town.refusal(ADA, id_)


def test_an_approval_that_was_withdrawn_and_given_again(town: Town) -> None:
    id_ = town.proposed()
    town.approve(BEN, id_)
    town.approve(BEN, id_, "withdrawn")
    assert "it was withdrawn" in town.refusal(ADA, id_)
    town.approve(BEN, id_)
    town.lands(ADA, id_)


def test_an_approval_withdrawn_while_it_lands(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The withdrawal gets onto the branch between the decision and the swap; the decision is then made again."""
    from spine.repository import landing

    id_ = town.proposed()
    town.approve(BEN, id_)
    folder = next(town.bench.path.glob(f"proposals/*/{id_}"))
    done = read_approval(next(folder.glob("approvals/*.yaml")).read_text())
    later = write_approval(type(done)(done.proposal, done.digest, "withdrawn", BEN, done.at + timedelta(seconds=1)))
    real, raced = landing.write_commit, []

    def slow(*words: object, **more: object) -> object:
        made = real(*words, **more)  # type: ignore[arg-type]
        if not raced:
            raced.append(True)
            blob = town.bench.git("hash-object", "-w", "--stdin", cwd=town.bench.path, stdin=later).strip()
            env = {**town.bench.env, "GIT_INDEX_FILE": str(town.bench.path / ".git/other")}
            path = f"{folder.relative_to(town.bench.path)}/approvals/20260212T090000Z-ben.yaml"
            for line in (
                ["read-tree", "HEAD"],
                ["update-index", "--add", "--cacheinfo", f"100644,{blob},{path}"],
            ):
                subprocess.run(["git", *line], cwd=town.bench.path, env=env, check=True)
            tree = subprocess.run(["git", "write-tree"], cwd=town.bench.path, env=env, check=True, capture_output=True)
            (town.bench.path / ".git/other").unlink()
            commit = town.bench.run("commit-tree", tree.stdout.decode().strip(), "-p", "HEAD", "-m", "withdraw").strip()
            town.bench.run("update-ref", "refs/heads/main", commit)
        return made

    monkeypatch.setattr(landing, "write_commit", slow)
    with pytest.raises(NotAllowed, match="it was withdrawn"):
        apply(town.work(ADA), id_)
    assert raced
    assert town.bench.run("log", "-1", "--format=%s").strip() == "withdraw"


def test_a_policy_loosened_in_the_proposal_is_judged_by_the_one_that_stands(town: Town) -> None:
    town.bench.write("spine.yaml", SETTINGS)
    town.bench.write("bindings/vm.yaml", VM.replace("active", "off"))
    id_ = str(town.bench.propose("loosen and use it", why="w").proposal.id)
    town.bench.commit("a proposal")
    said = town.refusal(ADA, id_)
    assert "and 1 more" in said
    town.approve(BEN, id_)
    assert "1 of 2 approvals" in town.refusal(ADA, id_)
    town.approve(CLEO, id_)
    town.lands(ADA, id_)


def test_check_finds_what_landed_around_the_policy(town: Town) -> None:
    """Landed on a branch without the policy, merged where it holds."""
    id_ = town.proposed()
    town.bench.run("switch", "-qc", "loose")
    town.bench.commit("no policy here", **{"spine.yaml": SETTINGS})
    apply(town.work(BEN), id_)
    town.bench.run("switch", "-q", "main")
    town.bench.run("merge", "-q", "--no-ff", "-m", "in", "loose")
    found = check(town.bench.work, "HEAD~..HEAD").findings
    assert {"SP148", "SP149"} <= {one.code for one in found}
    assert all(one.place.file.endswith("receipt.yaml") for one in found if one.code in ("SP148", "SP149"))


def test_a_receipt_typed_by_hand_is_found(town: Town) -> None:
    id_ = town.proposed()
    town.approve(BEN, id_)
    apply(town.work(ADA), id_)
    file = next(town.bench.path.glob(f"proposals/*/{id_}/approvals/*.yaml"))
    town.bench.run("rm", "-q", str(file))
    town.bench.run("commit", "-q", "--amend", "--no-edit")
    assert "SP149" in town.found()


def test_the_glass_is_broken_shown_and_reviewed(town: Town) -> None:
    id_ = town.proposed()
    with pytest.raises(NoGlass):
        apply(town.work(ADA), id_, glass="the house is on fire")
    town.lands(CLEO, id_, glass="the house is on fire")
    (broken,) = status(town.bench.work).glass
    assert (broken.id, broken.why, broken.by, broken.is_overdue) == (id_, "the house is on fire", CLEO, False)
    town.bench.moments[0] += timedelta(days=3)
    assert status(town.bench.work).glass[0].is_overdue
    for person in (CLEO, ADA):
        with pytest.raises(Refused):
            town.approve(person, id_, "reviewed")
    town.approve(BEN, id_, "reviewed", why="it was right")
    assert status(town.bench.work).glass == ()
    assert validate(town.bench.work).findings == ()


def test_the_glass_needs_a_policy_that_has_one(town: Town) -> None:
    id_ = town.proposed()
    town.bench.commit("no glass", **{"spine.yaml": SETTINGS + POLICY[: POLICY.index("  break_glass")]})
    with pytest.raises(NoGlass):
        apply(town.work(CLEO), id_, glass="x")


def test_who_was_not_let_has_broken_the_glass(town: Town) -> None:
    id_ = town.proposed()
    apply(town.work(CLEO), id_, glass="fire")
    receipt = next(town.bench.path.glob(f"proposals/*/{id_}/receipt.yaml"))
    receipt.write_text(receipt.read_text().replace(CLEO, BEN))
    town.bench.run("commit", "-qa", "--amend", "--no-edit")
    assert "SP147" in town.found()


# ---- signatures ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for mail in ("ada@example.org", "ben@example.org", "mallory@example.org"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", mail, "-f", str(folder / mail)]
        subprocess.run(words, check=True)
        made[mail] = folder / mail
    return made


@pytest.fixture
def signed(town: Town, keys: dict[str, Path]) -> Town:
    signers = ""
    for mail, key in keys.items():
        (town.bench.path.parent / f"{mail}.key").write_bytes(key.read_bytes())
        (town.bench.path.parent / f"{mail}.key").chmod(0o600)
        (town.bench.path.parent / f"{mail}.key.pub").write_bytes(Path(f"{key}.pub").read_bytes())
        if not mail.startswith("mallory"):
            signers += f"{mail} {' '.join(Path(f'{key}.pub').read_text().split()[:2])}\n"
    policy = POLICY.replace("policy:\n", "policy:\n  signers: policy/signers\n")
    town.bench.commit("signers", **{"spine.yaml": SETTINGS + policy, "policy/signers": signers})
    return town


def test_signed_approvals_and_a_signed_landing(signed: Town) -> None:
    id_ = signed.proposed()
    done = signed.approve(BEN, id_)
    assert done.is_signed
    standing = plan(signed.work(ADA), id_).standing
    assert standing is not None
    assert [(one.proof, standing.is_signed) for one in standing.seen] == [("signed", True)]
    signed.lands(ADA, id_)


def test_an_approval_that_nobody_signed(signed: Town) -> None:
    id_ = signed.proposed()
    signed.approve(BEN, id_)
    signed.bench.run("rm", "-q", str(next(signed.bench.path.glob(f"proposals/*/{id_}/approvals/*.sig"))))
    signed.bench.run("commit", "-qm", "unsigned")
    assert "it is not signed" in signed.refusal(ADA, id_)


def test_an_approval_signed_by_another_key(signed: Town, keys: dict[str, Path]) -> None:
    """Mallory's key is nobody's; Ada's is Ada's, and makes no approval of Ben's."""
    for mail in ("mallory@example.org", "ada@example.org"):
        id_ = signed.proposed(title=mail.partition("@")[0])
        for end in ("", ".pub"):
            key = signed.bench.path.parent / f"ben@example.org.key{end}"
            key.write_bytes(Path(f"{keys[mail]}{end}").read_bytes())
        signed.approve(BEN, id_)
        assert "signed wrongly" in signed.refusal(ADA, id_)


def test_an_approval_changed_after_it_was_signed(signed: Town) -> None:
    first, second = signed.proposed(), signed.proposed("bindings/vm.yaml", "stopped", "active", title="other")
    signed.approve(BEN, second)
    (file,) = signed.bench.path.glob(f"proposals/*/{second}/approvals/*.yaml")
    other = next(signed.bench.path.glob(f"proposals/*/{first}/proposal.yaml")).parent / "approvals"
    other.mkdir()
    digest = plan(signed.work(ADA), first).digest
    text = file.read_text().replace(second, first)
    text = "".join(f"digest: {digest}\n" if line.startswith("digest") else f"{line}\n" for line in text.splitlines())
    (other / file.name).write_text(text)
    (other / f"{file.name}.sig").write_bytes(Path(f"{file}.sig").read_bytes())
    signed.bench.commit("replayed")
    assert "signed wrongly" in signed.refusal(ADA, first)


def test_no_key_no_approval(signed: Town) -> None:
    with pytest.raises(NotSigned):
        signed.approve(CLEO, signed.proposed())


def test_a_landing_is_signed_by_its_own_hand_or_is_none(signed: Town) -> None:
    id_ = signed.proposed()
    signed.approve(BEN, id_)
    with pytest.raises(NotProved, match="no allowed signer did"):
        apply(signed.work(CLEO), id_)  # Cleo has no key
    as_ada = replace(signed.work(ADA), person=CLEO)
    with pytest.raises(NotProved, match="signed it"):
        apply(as_ada, id_)
    assert signed.bench.run("log", "-1", "--format=%s").startswith("approve")


def test_a_landing_whose_signature_went_is_found(signed: Town) -> None:
    id_ = signed.proposed()
    signed.approve(BEN, id_)
    apply(signed.work(ADA), id_)
    signed.bench.run("commit", "-q", "--amend", "--no-edit", "--no-gpg-sign")
    assert signed.found() == ["SP150"]
    report = check(signed.bench.work, "HEAD~..HEAD")
    assert "not signed by an allowed signer" in report.findings[0].message
