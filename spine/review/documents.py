"""One JSON document a verb, for programs: `{"spine": "plan/1", …, "exit": {"code": 0, "meaning": "done"}}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spine.errors import Exit, SpineError
from spine.records.settings import kind_token
from spine.review.authority_text import authority_part, glass_part
from spine.review.json_parts import (
    Json,
    change_part,
    conflict_part,
    document,
    finding_part,
    moment_part,
    place_part,
    plan_part,
    reviewed_part,
    value_part,
    word,
)

if TYPE_CHECKING:  # each verb loads its own action, and nothing of the others
    from spine.actions.absorb import Absorbed
    from spine.actions.apply import AlreadyApplied, Applied
    from spine.actions.attention import Stale
    from spine.actions.check import Report
    from spine.actions.diff import FileDiff
    from spine.actions.explained import CheckedCommit
    from spine.actions.infer import Inferred
    from spine.actions.init import Initialised
    from spine.actions.listing import Listed, Logged, Overview
    from spine.actions.plan import Plan
    from spine.actions.propose import Proposed
    from spine.actions.resolve import Resolved
    from spine.actions.review import Reviewed
    from spine.actions.validate import Validated
    from spine.actions.withdraw import Withdrawn


def error_document(error: SpineError) -> Json:
    """What stopped a command; of conflicts all that the plan knows, of a loop its open ends."""
    details: Json = {}
    if error.code == "SP066":
        from spine.actions.loop_close import StillOpen
        from spine.review.loop_documents import open_part

        if isinstance(error, StillOpen):
            details["open"] = open_part(error.open)
    if error.code == "SP339":
        from spine.actions.apply import Breaks

        if isinstance(error, Breaks):
            details["findings"] = [finding_part(one) for one in error.plan.findings]
    if error.exit_code is Exit.CONFLICT:
        from spine.actions.apply import PlanConflicts
        from spine.actions.resolve import Unresolved
        from spine.actions.undo import CannotUndo

        if isinstance(error, PlanConflicts):
            details["plan"] = plan_part(error.plan)
        if isinstance(error, Unresolved):
            details["conflicts"] = [conflict_part(path, one) for path, one in error.remaining]
        if isinstance(error, CannotUndo) and error.place is not None:
            details["conflicts"] = [
                conflict_part(error.place.file, one, error.set_by.get(one.at)) for one in error.conflicts
            ]
    return failure_document(
        error.code, error.message, Exit(error.exit_code), place_part(error.place), error.hint, details
    )


def failure_document(
    code: str,
    message: str,
    exit_code: Exit,
    place: Json | None = None,
    hint: str | None = None,
    details: Json | None = None,
) -> Json:
    """The document of everything that ends a command early."""
    parts: Json = {"code": code, "message": message, "place": place, "hint": hint}
    return document("error", exit_code, **parts, **(details or {}))


def init_document(done: Initialised) -> Json:
    """What `init` wrote."""
    return document(
        "init",
        Exit.DONE,
        written=list(done.written),
        governed_files=done.governed,
        merge_rules=[{"pattern": f"*#{name}", "rule": "newest"} for name in done.stamps],
    )


def inferred_document(done: Inferred, made: Proposed | None, *, is_written: bool) -> Json:
    """What `schema infer` found, and where it went."""
    return document(
        "schema-infer",
        Exit.DONE,
        files=done.files,
        versions=done.versions,
        declared=[
            {"pattern": str(one.pattern), "kind": kind_token(one.kind), "evidence": one.evidence} for one in done.found
        ],
        questions=[{"path": one.path, "address": str(one.address), "reason": one.reason} for one in done.questions],
        references=[{"from": str(one.source), "to": str(one.target), "values": one.values} for one in done.references],
        unread=list(done.unread),
        written=is_written and bool(done.found),
        proposal=None if made is None else {"id": made.proposal.id, "path": made.folder, "digest": made.digest},
    )


def proposed_document(verb: str, done: Proposed) -> Json:
    """A new proposal (of `propose`, `undo`, `supersede`) with its plan."""
    return document(verb, Exit.DONE, **_proposed_part(done))


def _proposed_part(done: Proposed) -> Json:
    return {
        "id": done.proposal.id,
        "path": done.folder,
        "digest": done.digest,
        "effect": done.effect,
        "restored": list(done.restored),
        "backup": done.backup,
        "replaced": done.replaced,
        "warnings": list(done.warnings),
        "plan": plan_part(done.plan),
    }


def resolved_document(done: Resolved) -> Json:
    """The successor of a proposal that conflicted, with how each conflict was settled."""
    settled = [
        {**conflict_part(one.path, one.conflict), "take": one.take.side, "value": value_part(one.take.value)}
        for one in done.decided
    ]
    return document(
        "resolve",
        Exit.DONE,
        **_proposed_part(done.made),
        resolves=done.old,
        settled=settled,
        renumbered=dict(done.numbers),
    )


def restored_document(id_: str, paths: Sequence[str]) -> Json:
    """The edits that `propose --undo` restored."""
    return document("propose-undo", Exit.DONE, id=id_, restored=list(paths))


def show_document(found: Reviewed) -> Json:
    """A proposal, whole; with its plan if it has not landed."""
    return document("show", Exit.DONE, **reviewed_part(found))


def plan_document(plan: Plan, exit_code: Exit) -> Json:
    """A plan."""
    return document("plan", exit_code, **plan_part(plan), policy=authority_part(plan))


def applied_document(done: Applied | AlreadyApplied, proposed: Proposed | None = None) -> Json:
    """A landing, or that there was nothing to land; after `propose --apply` with the proposal's path and effect."""
    made: Json = {} if proposed is None else {"path": proposed.folder, "effect": proposed.effect}
    if proposed is not None:
        made |= {
            "restored": list(proposed.restored),
            "backup": proposed.backup,
            "replaced": proposed.replaced,
            "warnings": list(proposed.warnings),
        }
    from spine.actions.apply import Applied

    if isinstance(done, Applied):
        return document(
            "apply",
            Exit.DONE,
            outcome="applied",
            id=done.plan.proposal.id,
            commit=done.commit.id,
            branch=done.branch,
            left_alone=list(done.left_alone),
            remote=done.remote,
            behind=done.behind,
            plan=plan_part(done.plan),
            **made,
        )
    return document(
        "apply", Exit.DONE, outcome="already-there", id=done.proposal, commit=done.commit, run=done.run,
        reason=done.reason, **made,
    )  # fmt: skip


def absorbed_document(done: Absorbed) -> Json:
    """What `propose --landed` recorded."""
    return document("propose-landed", Exit.DONE, id=done.proposal.id, commit=done.commit.id, covers=list(done.covers))


def withdrawn_document(done: Withdrawn) -> Json:
    """A withdrawal; the commit is null if there was one already."""
    outcome = "withdrawn" if done.commit is not None else "already-there"
    commit = done.commit.id if done.commit is not None else None
    return document("withdraw", Exit.DONE, outcome=outcome, id=done.proposal, commit=commit)


def list_document(listed: Sequence[Listed]) -> Json:
    """Proposals of a revision and drafts."""
    return document("list", Exit.DONE, proposals=[_listed(one) for one in listed])


def status_document(overview: Overview) -> Json:
    """What needs attention."""
    return document(
        "status",
        Exit.DONE,
        onto=overview.onto,
        counts=dict(overview.counts),
        open=[{**_listed(one), "outcome": word(one.plan) if one.plan else None} for one in overview.open],
        overlaps=[
            {"path": one.path, "address": str(one.address), "proposals": list(one.ids)} for one in overview.overlaps
        ],
        stale_proposals=[_stale(one) for one in overview.stale_proposals],
        stale_loops=[_stale(one) for one in overview.stale_loops],
        gaps=[
            {"id": one.id, "path": one.path, "severity": one.severity, "title": one.title,
             "loop": one.loop}
            for one in overview.gaps
        ],
        by_hand=[{"path": one.path, "how": one.how} for one in overview.by_hand],
        needs_doctor=overview.journal is not None,
        broken_glass=[glass_part(one) for one in overview.glass],
    )  # fmt: skip


def _stale(one: Stale) -> Json:
    return {"id": one.id, "path": one.path, "days": one.days, "since": one.since.isoformat()}


def log_document(landings: Sequence[Logged]) -> Json:
    """Landings, newest first."""
    return document(
        "log",
        Exit.DONE,
        landings=[
            {
                "id": one.id,
                "title": one.title,
                "commit": one.commit.id,
                "landed": moment_part(one.landed),
                "by": one.by,
                "author": str(one.commit.author),
                "paths": list(one.paths),
            }
            for one in landings
        ],
    )


def validate_document(done: Validated, exit_code: Exit) -> Json:
    """The findings of one tree; how many more its baseline knows, and how many of those are gone."""
    findings = [finding_part(one) for one in done.findings]
    return document("validate", exit_code, findings=findings, known=done.known, gone=done.gone)


def baseline_document(dropped: int) -> Json:
    """What `validate --update-baseline` dropped."""
    return document("validate-baseline", Exit.DONE, dropped=dropped)


def check_document(report: Report) -> Json:
    """The verdict on a range."""
    outcome = {Exit.DONE: "explained", Exit.FAILED: "findings", Exit.UNKNOWN: "cannot-tell"}[report.exit_code]
    return document(
        "check",
        report.exit_code,
        outcome=outcome,
        since=report.since,
        until=report.until,
        seen=report.seen,
        commits=[_checked(one) for one in report.commits],
        fresh=[finding_part(one) for one in report.fresh],
    )


def diff_document(files: Sequence[FileDiff], exit_code: Exit) -> Json:
    """What changed by key."""
    return document(
        "diff",
        exit_code,
        files=[
            {
                "path": one.path,
                "outcome": "create" if one.before is None else "delete" if one.after is None else "change",
                "mode_before": one.mode_before,
                "mode_after": one.mode_after,
                **change_part(one.change),
            }
            for one in files
        ],
    )


def _listed(one: Listed) -> Json:
    proposal = one.stored.proposal
    return {
        "id": one.stored.id,
        "folder": one.stored.folder,
        "status": one.status,
        "is_draft": one.is_draft,
        "title": proposal.title if proposal is not None else None,
        "author": proposal.author if proposal is not None else None,
        "created": moment_part(proposal.created) if proposal is not None else None,
        "problem": one.problem if proposal is not None else one.problem or "cannot be read",
    }


def _checked(commit: CheckedCommit) -> Json:
    return {
        "commit": commit.commit,
        "subject": commit.subject,
        "landed": list(commit.landed),
        "explained": [{"path": one.path, "how": word(one.how), "by": list(one.by)} for one in commit.explained],
        "findings": [finding_part(one) for one in commit.findings],
        "unknown": [finding_part(one) for one in commit.unknown],
    }
