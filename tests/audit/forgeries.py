"""Histories that are not what they claim, each made of one honest one by one act; and what `verify` has to call it.

`FORGERIES` has the act by its name, with the codes of which at least one must be among the findings.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

from spine.actions.absorb import absorb
from spine.actions.apply import apply
from spine.actions.propose import Wanted
from tests.actions.conftest import Bench

VM = "bindings/vm.yaml"
NET = "bindings/net.yaml"
START = {
    "spine.yaml": 'spine: settings/1\ngoverned: ["bindings/**/*.yaml", "spine.yaml"]\n',
    ".gitattributes": "proposals/** -text\n",
    VM: """\
# The machines.
updated: "2026-02-01"
vms:
  - vmid: 100
    name: web
    commit: 8e66283
    status: running

  # DNS
  - vmid: 101
    name: dns
    status: stopped  # for now
""",
    NET: "nets:\n- id: lan\n  cidr: 10.0.0.0/24\n- id: iot\n  cidr: 10.0.1.0/24\n",
}
Act = Callable[[Bench], None]
FORGERIES: dict[str, tuple[Act, set[str]]] = {}


def honest(bench: Bench) -> None:
    """Three landings, each its own commit: a value, an item, and two values in two files."""
    for path, text in START.items():
        bench.write(path, text)
    bench.run("add", "-A")
    bench.run("commit", "-q", "--amend", "-m", "start")
    land(bench, "first", {VM: ("status: stopped", "status: running")})
    land(bench, "second", {NET: ("- id: iot", "- id: dmz\n  cidr: 10.0.2.0/24\n- id: iot")})
    land(bench, "third", {VM: ("8e66283", "8e66284"), NET: ("10.0.1.0/24", "10.1.1.0/24")})


def draft(bench: Bench, title: str, edits: dict[str, tuple[str, str]], **wanted: object) -> str:
    for path, (old, new) in edits.items():
        edit(bench, path, old, new)
    return bench.propose(title, **wanted).proposal.id


def land(bench: Bench, title: str, edits: dict[str, tuple[str, str]], **wanted: object) -> str:
    id_ = draft(bench, title, edits, **wanted)
    bench.apply(id_)
    return id_


def edit(bench: Bench, path: str, old: str, new: str) -> None:
    text = bench.read(path)
    assert old in text, (path, old)
    bench.write(path, text.replace(old, new, 1))


def amend(bench: Bench, *words: str) -> None:
    bench.run("add", "-A")
    bench.run("commit", "-q", "--amend", *(words or ("--no-edit",)))


def commit(bench: Bench, message: str = "by hand") -> str:
    bench.run("add", "-A")
    bench.run("commit", "-qm", message)
    return bench.tip()


def folder(bench: Bench, title: str) -> str:
    found = sorted(path.parent for path in (bench.path / "proposals").glob(f"*/*__{title}/proposal.yaml"))
    return found[0].relative_to(bench.path).as_posix()


def receipt(bench: Bench, title: str = "third") -> str:
    return f"{folder(bench, title)}/receipt.yaml"


def proposal(bench: Bench, title: str = "third") -> str:
    return f"{folder(bench, title)}/proposal.yaml"


def blob(bench: Bench, path: str, revision: str | None = None) -> str:
    if revision is None:
        return bench.run("hash-object", "-w", "--no-filters", path).strip()
    return bench.run("rev-parse", f"{revision}:{path}").strip()


def forgery(*codes: str) -> Callable[[Act], Act]:
    def keep(act: Act) -> Act:
        FORGERIES[act.__name__.replace("_", "-")] = (act, set(codes))
        return act

    return keep


# ---- receipts -----------------------------------------------------------------------------------------------------


@forgery("SP403")
def receipt_typed_by_hand(bench: Bench) -> None:
    before = blob(bench, VM)
    edit(bench, VM, "name: web", "name: www")
    text = bench.read(receipt(bench)).replace("__third", "__typed")
    text = re.sub(
        r"files:\n(  - .*\n)+", f"files:\n  - {{path: {VM}, before: {before}, after: {blob(bench, VM)}}}\n", text
    )
    bench.write(receipt(bench).replace("__third", "__typed"), text)
    commit(bench, "apply typed")


@forgery("SP404")
def receipt_of_another_proposal(bench: Bench) -> None:
    edit(bench, receipt(bench), "__third", "__first")
    amend(bench)


@forgery("SP405")
def digest_edited(bench: Bench) -> None:
    edit(bench, receipt(bench), "digest: sha256:", "digest: sha256:0000")
    text = bench.read(receipt(bench))
    bench.write(receipt(bench), re.sub(r"(sha256:[0-9a-f]{64})[0-9a-f]{4}", r"\1", text))
    amend(bench)


@forgery("SP405")
def proposal_edited_in_its_landing(bench: Bench) -> None:
    edit(bench, proposal(bench), "title: third", "title: other")
    amend(bench)


@forgery("SP404", "SP405")
def proposal_swapped_for_another(bench: Bench) -> None:
    bench.write(proposal(bench), bench.read(proposal(bench, "first")))
    amend(bench)


@forgery("SP409", "SP410")
def proposal_and_digest_edited_together(bench: Bench) -> None:
    import hashlib

    edit(bench, proposal(bench), "to: 8e66284", "to: 8e66285")
    digest = hashlib.sha256(bench.read(proposal(bench)).encode()).hexdigest()
    text = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{digest}", bench.read(receipt(bench)))
    bench.write(receipt(bench), text)
    bench.run("add", "-A")
    bench.run("commit", "-q", "--amend", "-m", "third")


@forgery("SP402")
def receipt_unreadable(bench: Bench) -> None:
    bench.write(receipt(bench), "spine: receipt/1\nproposal: [\n")
    amend(bench)


@forgery("SP403")
def proposal_missing(bench: Bench) -> None:
    bench.run("rm", "-q", proposal(bench))
    amend(bench)


@forgery("SP403")
def proposal_unreadable(bench: Bench) -> None:
    bench.write(proposal(bench), "spine: proposal/1\nid: &a x\n")
    amend(bench)


@forgery("SP406")
def receipt_claims_a_path_too_many(bench: Bench) -> None:
    text = bench.read(receipt(bench))
    oid = blob(bench, "spine.yaml")
    bench.write(receipt(bench), text.rstrip("\n") + f"\n  - {{path: spine.yaml, before: {oid}, after: {oid}}}\n")
    amend(bench)


@forgery("SP420", "SP406")
def receipt_leaves_a_path_out(bench: Bench) -> None:
    text = bench.read(receipt(bench))
    bench.write(receipt(bench), "".join(line for line in text.splitlines(True) if VM not in line))
    amend(bench)


@forgery("SP408")
def blob_before_typed_by_hand(bench: Bench) -> None:
    edit(bench, receipt(bench), blob(bench, VM, "HEAD^"), "0123456789" * 4)
    amend(bench)


@forgery("SP408", "SP409")
def blob_after_is_another(bench: Bench) -> None:
    edit(bench, receipt(bench), blob(bench, VM, "HEAD"), blob(bench, VM, "HEAD~3"))
    amend(bench)


@forgery("SP404")
def receipt_in_another_month(bench: Bench) -> None:
    shutil.copytree(
        bench.path / folder(bench, "third"), bench.path / folder(bench, "third").replace("2026-02", "2026-03")
    )
    commit(bench)


@forgery("SP404")
def receipt_copied_for_a_new_id(bench: Bench) -> None:
    shutil.copytree(
        bench.path / folder(bench, "third"), bench.path / folder(bench, "third").replace("__third", "__fourth")
    )
    edit(bench, VM, "name: web", "name: www")
    commit(bench)


@forgery("SP420", "SP408")
def receipt_moved_to_a_later_commit(bench: Bench) -> None:
    bench.run("rm", "-rq", "--cached", folder(bench, "third"))
    bench.run("commit", "-q", "--amend", "-m", "third")
    commit(bench, "the receipt")


@forgery("SP415")
def receipt_deleted_later(bench: Bench) -> None:
    bench.run("rm", "-q", receipt(bench))
    commit(bench)


@forgery("SP414")
def receipt_edited_later(bench: Bench) -> None:
    edit(bench, receipt(bench), "Ada", "Eve")
    commit(bench)


@forgery("SP415")
def landing_reverted(bench: Bench) -> None:
    bench.run("revert", "--no-edit", "HEAD")


# ---- proposals ----------------------------------------------------------------------------------------------------


@forgery("SP414")
def proposal_edited_later(bench: Bench) -> None:
    edit(bench, proposal(bench, "first"), "title: first", "title: better")
    commit(bench)


@forgery("SP414")
def proposal_deleted_later(bench: Bench) -> None:
    bench.run("rm", "-q", proposal(bench, "first"))
    commit(bench)


@forgery("SP414")
def pending_proposal_rewritten(bench: Bench) -> None:
    draft(bench, "pending", {VM: ("name: web", "name: www")})
    commit(bench, "propose")
    edit(bench, proposal(bench, "pending"), "to: www", "to: evil")
    commit(bench)


@forgery("SP414")
def file_put_into_an_old_folder(bench: Bench) -> None:
    bench.write(f"{folder(bench, 'first')}/notes.txt", "it was all right\n")
    commit(bench)


@forgery("SP403", "SP408")
def attached_file_swapped(bench: Bench) -> None:
    bench.write("bindings/big.yaml", "a: 1\n" + "# long\n" * 10000)
    bench.apply(bench.propose("big").proposal.id)
    files = list((bench.path / folder(bench, "big") / "blobs").iterdir())
    files[0].write_text("a: 2\n")
    amend(bench)


# ---- effects ------------------------------------------------------------------------------------------------------


@forgery("SP408", "SP409", "SP410")
def effect_vanished(bench: Bench) -> None:
    bench.run("checkout", "HEAD^", "--", VM)
    amend(bench)


@forgery("SP409")
def effect_vanished_and_the_receipt_with_it(bench: Bench) -> None:
    after = blob(bench, VM)
    bench.run("checkout", "HEAD^", "--", VM)
    edit(bench, receipt(bench), f"after: {after}", f"after: {blob(bench, VM)}")
    amend(bench)


@forgery("SP408", "SP409")
def more_than_the_proposal(bench: Bench) -> None:
    edit(bench, VM, "name: web", "name: www")
    amend(bench)


@forgery("SP409")
def more_than_the_proposal_with_a_new_receipt(bench: Bench) -> None:
    after = blob(bench, VM)
    edit(bench, VM, "name: web", "name: www")
    edit(bench, receipt(bench), f"after: {after}", f"after: {blob(bench, VM)}")
    amend(bench)


@forgery("SP408", "SP409")
def a_float_that_is_equal(bench: Bench) -> None:
    edit(bench, VM, "8e66284", "8e66285")
    amend(bench)


@forgery("SP420")
def another_file_in_the_landing(bench: Bench) -> None:
    id_ = land(bench, "fourth", {VM: ("name: web", "name: www")})
    assert id_
    edit(bench, NET, "id: lan", "id: lane")
    amend(bench)


@forgery("SP422", "SP408")
def binding_becomes_a_link(bench: Bench) -> None:
    (bench.path / VM).unlink()
    (bench.path / VM).symlink_to("net.yaml")
    amend(bench)


@forgery("SP422")
def mode_changed_in_the_landing(bench: Bench) -> None:
    (bench.path / VM).chmod(0o755)
    amend(bench)


@forgery("SP420")
def mode_changed_by_hand(bench: Bench) -> None:
    (bench.path / VM).chmod(0o755)
    commit(bench)


# ---- what is governed ---------------------------------------------------------------------------------------------


@forgery("SP420")
def edited_by_hand(bench: Bench) -> None:
    edit(bench, VM, "name: web", "name: www")
    commit(bench)


@forgery("SP420")
def deleted_by_hand(bench: Bench) -> None:
    bench.run("rm", "-q", NET)
    commit(bench)


@forgery("SP420")
def moved_out_by_hand(bench: Bench) -> None:
    bench.run("mv", NET, "net.yaml")
    commit(bench)


@forgery("SP420")
def settings_narrowed_by_hand(bench: Bench) -> None:
    edit(bench, "spine.yaml", '"bindings/**/*.yaml", ', "")
    edit(bench, VM, "name: web", "name: www")
    commit(bench)


@forgery("SP420")
def settings_removed_then_edited(bench: Bench) -> None:
    bench.run("rm", "-q", "spine.yaml")
    commit(bench)
    edit(bench, VM, "name: web", "name: www")
    commit(bench, "nobody governs this")


@forgery("SP418")
def settings_made_unreadable(bench: Bench) -> None:
    bench.write("spine.yaml", "spine: [\n")
    commit(bench)


# ---- messages -----------------------------------------------------------------------------------------------------


@forgery("SP407")
def trailer_of_another_proposal(bench: Bench) -> None:
    text = bench.run("log", "-1", "--format=%B").replace("__third", "__first")
    amend(bench, "-m", text)


@forgery("SP407")
def trailer_with_another_digest(bench: Bench) -> None:
    text = re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", bench.run("log", "-1", "--format=%B"))
    amend(bench, "-m", text)


@forgery("SP407")
def trailers_without_a_receipt(bench: Bench) -> None:
    bench.write("docs.md", "text\n")
    commit(bench, f"nothing\n\nSpine-Proposal: {folder(bench, 'first').rsplit('/', 1)[1]}")


# ---- links --------------------------------------------------------------------------------------------------------


def _landed_all_the_same(bench: Bench, title: str, edits: dict[str, tuple[str, str]], line: str) -> None:
    """A landing whose proposal says more than it said when it was planned, digest and all."""
    import hashlib

    land(bench, title, edits)
    edit(bench, proposal(bench, title), "\nfiles:\n", f"\n{line}\nfiles:\n")
    digest = hashlib.sha256(bench.read(proposal(bench, title)).encode()).hexdigest()
    text = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{digest}", bench.read(receipt(bench, title)))
    bench.write(receipt(bench, title), text)
    amend(bench, "-m", title)


@forgery("SP416")
def undoes_what_never_landed(bench: Bench) -> None:
    _landed_all_the_same(bench, "fourth", {VM: ("web", "www")}, "undoes: CP-20260101-000000__nothing")


@forgery("SP416")
def undone_twice(bench: Bench) -> None:
    first = folder(bench, "first").rsplit("/", 1)[1]
    for title, edits in (("u1", {VM: ("web", "www")}), ("u2", {VM: ("www", "web")})):
        _landed_all_the_same(bench, title, edits, f"undoes: {first}")


@forgery("SP416")
def requires_what_never_landed(bench: Bench) -> None:
    _landed_all_the_same(bench, "fourth", {VM: ("web", "www")}, "requires: [CP-20260101-000000__nothing]")


@forgery("SP416")
def withdrawn_and_landed(bench: Bench) -> None:
    id_ = land(bench, "fourth", {VM: ("web", "www")})
    where, tip = folder(bench, "fourth"), bench.tip()
    bench.run("reset", "-q", "--hard", "HEAD^")
    withdrawn = f"spine: withdrawal/1\nproposal: {id_}\nby: Ada <a@b>\nat: 2026-02-12T08:00:00Z\nwhy: no\n"
    bench.write(f"{where}/withdrawn.yaml", withdrawn)
    commit(bench, "withdraw")
    bench.run("cherry-pick", tip)


@forgery("SP416")
def superseded_and_landed(bench: Bench) -> None:
    id_ = draft(bench, "fourth", {VM: ("web", "www")})
    commit(bench, "propose")
    bench.apply(id_)
    tip = bench.tip()
    bench.run("reset", "-q", "--hard", "HEAD^")
    _landed_all_the_same(bench, "fifth", {NET: ("lan", "lane")}, f"supersedes: [{id_}]")
    bench.run("cherry-pick", tip)


# ---- joined -------------------------------------------------------------------------------------------------------


def _side(bench: Bench) -> None:
    bench.run("switch", "-q", "-c", "side")
    land(bench, "aside", {VM: ("name: dns", "name: dns2")})
    bench.run("switch", "-q", "main")
    land(bench, "ahead", {VM: ("name: web", "name: www")})


@forgery("SP408", "SP410", "SP409")
def merge_drops_an_effect(bench: Bench) -> None:
    _side(bench)
    bench.run("merge", "-q", "--no-ff", "-m", "join", "side")
    bench.run("checkout", "HEAD^", "--", VM)
    amend(bench)


@forgery("SP408", "SP410", "SP409", "SP411")
def merge_with_an_edit_of_its_own(bench: Bench) -> None:
    _side(bench)
    bench.run("merge", "-q", "--no-ff", "-m", "join", "side")
    edit(bench, VM, "status: running", "status: paused")
    amend(bench)


@forgery("SP408", "SP410", "SP409", "SP411")
def squash_with_an_edit_of_its_own(bench: Bench) -> None:
    _side(bench)
    bench.run("merge", "-q", "--squash", "side")
    edit(bench, VM, 'updated: "2026-02-01"', 'updated: "2026-02-02"')
    commit(bench, "squashed")


@forgery("SP413", "SP409")
def rebase_that_lost_a_comment(bench: Bench) -> None:
    _side(bench)
    bench.run("cherry-pick", "side")
    edit(bench, VM, "  # DNS\n", "")
    amend(bench)


@forgery("SP411", "SP409")
def rebase_with_a_blank_line_more(bench: Bench) -> None:
    _side(bench)
    bench.run("cherry-pick", "side")
    edit(bench, VM, "vms:\n", "vms:\n\n")
    amend(bench)


# ---- recorded afterwards ------------------------------------------------------------------------------------------


def _recorded(bench: Bench) -> None:
    start = bench.tip()
    edit(bench, VM, "name: web", "name: www")
    commit(bench)
    absorb(bench.work, f"{start}..HEAD", Wanted(title="recorded"))


@forgery("SP417")
def covers_what_never_was(bench: Bench) -> None:
    _recorded(bench)
    edit(bench, receipt(bench, "recorded"), f"before: {blob(bench, VM, 'HEAD~2')}", f"before: {blob(bench, NET)}")
    amend(bench)


@forgery("SP417")
def covers_a_commit_that_did_nothing(bench: Bench) -> None:
    _recorded(bench)
    edit(bench, receipt(bench, "recorded"), "covers: [", f"covers: [{bench.tip('HEAD~3')}, ")
    text = bench.read(receipt(bench, "recorded"))
    bench.write(
        receipt(bench, "recorded"),
        text.replace(bench.tip("HEAD~3"), bench.run("rev-list", "--max-parents=0", "HEAD").strip()),
    )
    amend(bench)


@forgery("SP410", "SP409")
def covers_by_another_proposal(bench: Bench) -> None:
    import hashlib

    _recorded(bench)
    edit(bench, proposal(bench, "recorded"), "to: www", "to: other")
    digest = hashlib.sha256(bench.read(proposal(bench, "recorded")).encode()).hexdigest()
    text = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{digest}", bench.read(receipt(bench, "recorded")))
    bench.write(receipt(bench, "recorded"), text)
    amend(bench, "-m", "recorded")


# ---- the clone ----------------------------------------------------------------------------------------------------


@forgery("SP420")
def replacement_hides_an_edit(bench: Bench) -> None:
    edited_by_hand(bench)
    tree = bench.run("rev-parse", "HEAD^^{tree}").strip()
    clean = bench.run("commit-tree", tree, "-p", "HEAD^", "-m", "nothing").strip()
    bench.run("replace", "HEAD", clean)


@forgery("SP420")
def graft_hides_an_edit(bench: Bench) -> None:
    edited_by_hand(bench)
    bench.write("docs.md", "text\n")
    tip = commit(bench, "docs")
    (bench.path / ".git/info/grafts").write_text(f"{tip} {bench.tip('HEAD~2')}\n")


@forgery("SP423")
def object_overwritten(bench: Bench) -> None:
    import zlib

    oid = blob(bench, VM, "HEAD")
    data = bench.read(VM).replace("8e66284", "8e66285").encode()
    file = bench.path / ".git/objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.write_bytes(zlib.compress(b"blob %d\0" % len(data) + data))


__all__ = ["FORGERIES", "apply", "honest"]
