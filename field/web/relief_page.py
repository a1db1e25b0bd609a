"""救助页: households by what they lose and bear, and one household's 救助测算表 with its bills to correct."""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7

from field import clock
from field.auth import actor, allow
from field.codes import EntryKind
from field.db import db, transact
from field.monitoring import household_file
from field.monitoring.cases.cases import OtherContent
from field.monitoring.relief import bill_corrections
from field.monitoring.relief.bill_corrections import Faulty
from field.monitoring.relief.long_term_list import long_case
from field.monitoring.relief.relief_sheet import Sheet, rule_of, sheet, sheets
from field.monitoring.traces import Look
from field.monitoring.visiting import evidence
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.registry import reach, regions
from field.registry.households import Household
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_code, asked_page
from field.web.forms import at_fields, sent_fen, sent_key, written
from field.web.paper import printable
from field.web.relief_paper import as_of, layers_of, relief_paper, sums_of
from field.web.sheets import Sheet as Paper
from field.web.sheets import answered
from field.web.whereabouts import Here, here

relief_room = Blueprint("relief_page", __name__)
PER_PAGE = 50
ORDERS = ("lost", "borne")
FIGURES = ("amount", "paid", "borne", "lost")
Sums = dict[str, int]


@relief_room.get("/relief")
@allow(Right.READ_RELIEF)
@traced(Look.LIST)
def listed() -> str:
    """Households of a region with bills of a year."""
    where, day, page = here(Right.READ_RELIEF), china_day(clock.now()), asked_page()
    year, order = _year(day.year), asked_code("order", ORDERS) or "lost"
    found = sheets(db.session(), actor(), where.code, year, day)
    found.sort(key=lambda one: (-one.sum_of(order), -one.sum_of("borne"), one.household.number))
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    names = regions.names(db.session(), {one.household.region for one in shown})
    return render_template(
        "relief.html", here=where, year=year, years=range(day.year, day.year - 5, -1), order=order, sheets=shown,
        total=len(found), page=page, pages=-(-len(found) // PER_PAGE), names=names, whole=_sums(found),
        below=_by_place(where, found), unclear=sum(len(one.unclear) for one in found),
    )  # fmt: skip


@relief_room.get("/households/<id:household_id>/relief")
@allow(Right.READ_RELIEF)
@printable
@traced(Look.MONEY)
def one(household_id: str) -> str | Response:
    """救助测算表 of one household, with its bills to correct; on paper and for Word the sheet alone."""
    home = reach.household(db.session(), actor(), household_id, Right.READ_RELIEF)
    return _paper(home) if request.args.get("as") in ("pdf", "docx") else _page(home)


@relief_room.post("/households/<id:household_id>/relief")
@allow(Right.CORRECT_BILLS)
def correct(household_id: str) -> Any:
    """更正票据."""
    reach.household(db.session(), actor(), household_id, Right.CORRECT_BILLS)
    by, now, key, said = actor(), clock.now(), sent_key(), _said()
    known_as = request.form.get("known_as", "").replace("\0", "")[:64]
    try:
        transact(lambda session: bill_corrections.correct(session, household_id, known_as, said, key, by, now))
    except Faulty as error:
        raise at_fields(error.faults) from None
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    return redirect(url_for(".one", household_id=household_id), 303)


def _paper(home: Household) -> str | Response:
    session, day = db.session(), china_day(clock.now())
    found, place = sheet(session, home, day), regions.names(session, {home.region, home.region[:9]})
    where = place.get(home.region[:9], "") + place.get(home.region, "")
    told = found.years or found.unclear

    def made() -> list[Paper]:
        return [relief_paper(found, _names(home), where, day)] if told else []

    back = url_for(".one", household_id=home.id), _("救助测算表")
    return answered(
        _("救助测算表"), made, back, _("还没有能算的票据。走访时拍下票据，写上是谁的、开票日期、总金额和合规费用。")
    )


def _names(home: Household) -> dict[str, str]:
    """Of its people, also of those who are somebody else's second row."""
    return {one.id: one.name for one in household_file.people(db.session(), [home.id], merged=True)[home.id]}


def _page(home: Household) -> str:
    session, day = db.session(), china_day(clock.now())
    found = sheet(session, home, day)
    members = household_file.people(session, [home.id])[home.id]
    years = {one.year for one in found.years}
    return render_template(
        "relief_sheet.html", household=home, sheet=found, members=members, today=day, key=str(uuid7()),
        names=_names(home), as_of=as_of, sums_of=sums_of, layers_of=layers_of,
        place=regions.names(session, {home.region, home.region[:9]}), rules={one: rule_of(one, day) for one in years},
        sources=EntryKind.labels(), readable=_readable(found),
        long=long_case(session, home, day),
    )  # fmt: skip


def _readable(found: Sheet) -> set[str]:
    """The photographs of bills that are here to be read."""
    if current_app.extensions["field_reader"] is None or not actor().has(Right.CORRECT_BILLS):
        return set()
    bills = [share.bill for year in found.years for share in year.shares] + list(found.unclear)
    return evidence.visible_among(db.session(), {bill.known_as for bill in bills}, actor())


def _said() -> dict[str, Any]:
    """A correction from the form; what was left empty is left out."""
    if request.form.get("void"):
        return {"void": True, "note": written("note")}
    texts = {name: written(name) for name in ("person_id", "issued_on", "note")}
    amounts = {name: sent_fen(name) for name in ("amount", "compliant_amount")}
    return {**texts, **{name: value for name, value in amounts.items() if value is not None}}


def _by_place(where: Here, found: list[Sheet]) -> list[tuple[str, str, Sums]]:
    """The sums of each place one level down in which there are any."""
    parts: dict[str, list[Sheet]] = {}
    for one in found:
        if where.below:
            parts.setdefault(one.household.region[: len(where.below[0].code)], []).append(one)
    return [(place.code, place.name, _sums(parts[place.code])) for place in where.below if place.code in parts]


def _sums(found: list[Sheet]) -> Sums:
    return {"households": len(found), **{name: sum(one.sum_of(name) for one in found) for name in FIGURES}}


def _year(this: int) -> int:
    """The year asked for, this one where none is."""
    return int(asked_code("year", [f"{year}" for year in range(2000, this + 1)]) or this)
