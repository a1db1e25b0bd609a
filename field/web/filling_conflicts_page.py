"""填报冲突页: what went out, what the office wrote and what the ledger says now, to be decided cell by cell."""

from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Channel
from field.db import db, transact
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.monitoring import filling
from field.monitoring.filling import AlreadyDecided, Conflict, Moved, Undecided, conflicts, decide, shown_now, waiting
from field.monitoring.household_file import people
from field.problems import Problem
from field.registry import regions
from field.registry.households import Household
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.web.filling_page import filling_room
from field.web.filling_words import column, shown

OURS, KEEP = "ours", "keep"
MOST = 500  # cells of one household


class Contested(NamedTuple):
    """有冲突的一户: the entry that holds the cells, whose household, and the cells."""

    entry: Entry
    household: Household
    cells: list[Conflict]
    seen: str


@filling_room.get("/conflicts")
@allow(Right.FILL_SHEETS)
def contested() -> str:
    """All that waits in the reader's region, oldest first."""
    session = db.session()
    entries = waiting(session, actor())
    rows = select(Household).where(Household.id.in_({entry.chain_id for entry in entries}))
    homes = {one.id: one for one in session.scalars(rows)}
    found = []
    for entry, said in zip(entries, opened(session, entries), strict=True):
        cells = conflicts(session, entry, said)
        found.append(Contested(entry, homes[entry.chain_id], cells, shown_now(cells)))
    return render_template(
        "filling_conflicts.html", found=found, names=_names(homes, found), staff=staff_names(session, _who(found)),
        channels=Channel.labels(), column=column, shown=shown, said_at=_said_at, said_by=_said_by,
        total=filling.contested(session, actor()),
    )  # fmt: skip


@filling_room.post("/conflicts/<chain:chain_id>/<seq:seq>")
@allow(Right.FILL_SHEETS)
def decision(chain_id: str, seq: int) -> Response:
    """Decide on every cell of a household at once."""
    chosen = {place: request.form.get(f"cell_{place}") for place in range(MOST)}
    verdicts = {place: verdict == OURS for place, verdict in chosen.items() if verdict in (OURS, KEEP)}
    by, now, seen = actor(), clock.now(), request.form.get("seen", "")
    try:
        transact(lambda session: decide(session, chain_id, seq, verdicts, seen, by, now))
    except Undecided:
        raise Problem(422, "cell_undecided", _("每一格都要选一边。请返回上一页选好再认定")) from None
    except AlreadyDecided:
        raise Problem(409, "already_decided", _("这一户已经有人认定过了，没有再记一次")) from None
    except Moved:
        raise Problem(409, "moved", _("台账里这一户刚刚又有新内容，没有登记。请返回上一页，刷新以后再看一遍")) from None
    return redirect(url_for(".contested"), 303)


def _names(homes: dict[str, Household], found: list[Contested]) -> dict[str, str]:
    persons = [person for several in people(db.session(), homes, merged=True).values() for person in several]
    told = [value for one in found for cell in one.cells for value in (cell.sent, cell.written, cell.now)]
    codes = {value for value in told if isinstance(value, str)} | {one.region for one in homes.values()}
    places = regions.names(db.session(), {code for code in codes if code.isdigit() and len(code) <= 12})
    return places | {person.id: person.name for person in persons}


def _who(found: list[Contested]) -> set[str]:
    sources = [cell.source for one in found for cell in one.cells if cell.source]
    return {one.entry.actor for one in found} | {_said_by(source) for source in sources}


def _said_by(source: Fact | Entry) -> str:
    return source.recorder if isinstance(source, Fact) else source.actor


def _said_at(source: Fact | Entry) -> object:
    return source.observed_at if isinstance(source, Fact) else source.occurred_at
