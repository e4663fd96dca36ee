"""Each page of the site: which template, and the facts that it shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup

from spine.actions.review import Reviewed
from spine.ledger.links import Thing
from spine.ledger.loops import state_of
from spine.ledger.reading import Stored
from spine.records.loop import Loop
from spine.review.html import Most, change_fragment
from spine.review.proposal_view import proposal_view
from spine.review.site.book import Here, anchor_of, page_name
from spine.review.site.charts import meter, over_time, stacked
from spine.review.site.desk import Desk, events
from spine.review.site.frame import rendered
from spine.review.site.prose import inline, mark, prose
from spine.review.site.source import folds_of, plain_fold

_MOST_SPOTS = 40
_MOST = Most(entries=400, lines=60)  # a proposal may have 10,000 operations
_STATES = ("clean", "conflicts", "blocked", "already-there", "unreadable", "applied", "undone", "superseded",
           "withdrawn", "imported")  # fmt: skip


class Pages:
    """Renders the pages of one site."""

    def __init__(self, desk: Desk, title: str) -> None:
        self.desk = desk
        overview = desk.site.attention.overview
        self.site: dict[str, object] = {
            "title": title,
            "commit": desk.site.commit,
            "counts": {
                "loops": sum(state_of(one.loop) == "open" for one in desk.site.loops),
                "gaps": len(overview.gaps),
                "proposals": len(overview.open),
                "bindings": len(desk.site.bindings),
            },
        }

    def overview(self, here: Here) -> bytes:
        """What is open and what needs attention."""
        desk, seen = self.desk, self.desk.site.attention.overview
        values = [value for binding in desk.site.bindings for value in binding.values]
        kinds = [desk.kind(value.set_by) for value in values]
        return self._page(
            "overview.html", here,
            seen=seen,
            tables=desk.tables,
            plans=desk.plans,
            by_plan={name: [one for one in seen.open if desk.state(one.stored.id) == name] for name in _STATES[:5]},
            overlaps=_together(seen.overlaps),
            severities=desk.by_severity(),
            unexplained=desk.site.unexplained,
            loops=[one for one in desk.site.loops if state_of(one.loop) == "open"],
            landings=desk.site.landings,
            spark=over_time((one.day for one in events(desk.site) if one.landing), "landings"),
            set_by={kind: kinds.count(kind) for kind in ("proposal", "hand", "before")},
        )  # fmt: skip

    def timeline(self, here: Here) -> bytes:
        """Landings and edits by hand, by month and day."""
        happened = events(self.desk.site)
        months = []
        for month, ones in groupby(happened, key=lambda one: one.day.strftime("%Y-%m")):
            listed = list(ones)
            days = [(day, list(inside)) for day, inside in groupby(listed, key=lambda one: one.day)]
            months.append((month, listed, days, over_time((one.day for one in listed), "changes", _whole_month(month))))
        return self._page("timeline.html", here, months=months, total=len(happened))

    def index(self, kind: str, here: Here) -> bytes:
        """All things of a kind."""
        desk = self.desk
        if kind == "loop":
            loops = sorted(desk.site.loops, key=lambda one: (state_of(one.loop) != "open", one.loop.id))
            return self._page("loops.html", here, loops=loops)
        if kind == "gap":
            gaps = sorted(desk.gaps.values(), key=lambda one: (_rank(one.severity), one.id))
            return self._page("gaps.html", here, gaps=gaps, severities=desk.by_severity())
        if kind == "proposal":
            ids = sorted((id_ for kind, id_ in desk.book.pages if kind == "proposal"), reverse=True)
            months = [(month, list(inside)) for month, inside in groupby(ids, key=_month)]
            states = [(name, number) for name in _STATES if (number := sum(desk.state(id_) == name for id_ in ids))]
            imported = {one.id: one for one in desk.site.imported}
            return self._page("proposals.html", here, months=months, states=states, imported=imported, total=len(ids))
        return self._page("bindings.html", here, bindings=desk.site.bindings)

    def about(self, kind: str, id_: str, here: Here) -> bytes:
        """The page of one thing."""
        return {"loop": self._loop, "gap": self._gap, "proposal": self._proposal, "binding": self._binding}[kind](
            id_, here
        )

    def _loop(self, id_: str, here: Here) -> bytes:
        desk = self.desk
        checked = next(one for one in desk.site.loops if one.loop.id == id_)
        loop, books = checked.loop, desk.site.books
        thing = Thing("loop", id_)
        proposals = [link.source.id for link in desk.site.links.inward.get(thing, ())
                     if link.source.kind == "proposal" and link.relation in ("for", "follows")]  # fmt: skip
        return self._page(
            "loop.html", here,
            it=loop,
            checked=checked,
            gaps=[gap for gap in desk.gaps.values() if gap.loop == id_],
            proposals=sorted(set(proposals), reverse=True),
            blocked_by=books.blocked_by(loop) if not loop.is_closed else (),
            still_open=books.still_open(loop),
            goal=prose(loop.goal, here, below=3) if loop.goal else None,
            text=prose(books.text(loop.file), here, below=2),
            related=desk.related(thing, without=("for", "follows", "of", "found")),
            tables=[one for one in desk.tables if one.audit.loop == id_],
            spots=self._spots("loop", id_),
        )  # fmt: skip

    def _gap(self, id_: str, here: Here) -> bytes:
        gap = self.desk.gaps[id_]
        description = gap.gap.description if gap.gap is not None else None
        if gap.entry is not None:
            description = gap.entry.fields.get("description")
        return self._page(
            "gap.html", here,
            gap=gap,
            description=description,
            others=_other_fields(gap.entry.fields) if gap.entry is not None else (),
            related=self.desk.related(Thing("gap", id_), without=("found", "blocks", "evidence")),
            spots=self._spots("gap", id_),
        )  # fmt: skip

    def _proposal(self, id_: str, here: Here) -> bytes:
        desk = self.desk
        stored = desk.site.ledger.proposals.get(id_)
        return self._page(
            "proposal.html", here,
            id=id_,
            stored=stored,
            imported=next((one for one in desk.site.imported if one.id == id_), None) if stored is None else None,
            proposal=stored.proposal if stored is not None else None,
            problem=desk.open[id_].problem if id_ in desk.open else None,
            change=self._change(stored, here) if stored is not None and stored.proposal is not None else None,
            landing=desk.landed.get(id_),
            in_force=desk.in_force.get(id_, {}),
            related=desk.related(Thing("proposal", id_), without=("changes", "landed", "covers")),
            spots=self._spots("proposal", id_),
        )  # fmt: skip

    def _change(self, stored: Stored, here: Here) -> Markup:
        """What a proposal does, as every review shows it."""
        open_ = self.desk.open.get(stored.id)
        status, problem = self.desk.site.statuses[stored.id], open_.problem if open_ is not None else None
        plan = self.desk.plans.get(stored.id)
        reviewed = Reviewed(stored, stored.read_or_raise(), status, plan=plan, problem=problem)
        return change_fragment(
            proposal_view(reviewed),
            level=3,
            linked=here.linked,
            bound=lambda path: here.link("binding", path),
            most=_MOST,
        )

    def _binding(self, path: str, here: Here) -> bytes:
        binding = next(one for one in self.desk.site.bindings if one.path == path)
        if binding.document is not None:
            folds = folds_of(binding, here)
        else:
            folds = (plain_fold((self.desk.site.tree.read(path) or b"").decode("utf-8", "replace"), here),)
        held = self.desk.held(binding)
        anchors = {one.setter: f"by-{number}" for number, one in enumerate(held, 1)}
        return self._page("binding.html", here, binding=binding, folds=folds, held=held, anchors=anchors)

    def _spots(self, kind: str, id_: str) -> dict[str, object]:
        found = self.desk.named.get((kind, id_), [])
        return {"shown": found[:_MOST_SPOTS], "more": len(found[_MOST_SPOTS:])}

    def _page(self, template: str, here: Here, **parts: object) -> bytes:
        return rendered(
            template, here, self.site,
            desk=self.desk, state_of=state_of, anchor_of=anchor_of, page_name=page_name, meter=meter, stacked=stacked,
            mark=mark, inline=lambda text: inline(text, here), progress=_progress, **parts,
        )  # fmt: skip


def _progress(loop: Loop) -> object:
    done = loop.progress
    parts = ((done.met, "met"), (done.partly, "partly"), (done.open, "rest"))
    return stacked(parts, f"{done.met} met, {done.partly} partly met, {done.open} open")


def _together(overlaps: Iterable[object]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Places at which open proposals write, each once with all of them."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in overlaps:
        ids = found.setdefault((one.path, str(one.address)), {})  # type: ignore[attr-defined]
        ids.update(dict.fromkeys(one.ids))  # type: ignore[attr-defined]
    return [(path, address, tuple(ids)) for (path, address), ids in found.items()]


def _whole_month(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _rank(severity: str) -> int:
    order = ("critical", "high", "medium", "low")
    return order.index(severity) if severity in order else len(order)


def _other_fields(fields: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """What a register's entry says beyond what every gap has."""
    known = {"id", "title", "type", "severity", "status", "description"}
    return tuple((key, text) for key, text in fields.items() if key not in known)


def _month(id_: str) -> str:
    digits = id_[3:9]
    return f"{digits[:4]}-{digits[4:]}" if digits.isdigit() else "before"
