"""基金账页: balances by village, a village's books by the month, donations, and the public summary."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.casework import done
from field.codes import Role
from field.db import db
from field.ledger.checkpoints import newest
from field.ledger.entries import Entry
from field.ledger.receipts import number
from field.monitoring.help import fund_donations, fund_list
from field.monitoring.help.fund import Asked
from field.monitoring.help.fund_books import Balances, balances, balances_by, summed
from field.monitoring.help.fund_codes import FundAccount, FundAction, FundState, FundWay
from field.monitoring.help.fund_public import Published, months, published
from field.monitoring.policy.shelf import pack_on
from field.monitoring.traces import Look
from field.monitoring.workdays import china_day
from field.problems import NOT_FOUND, Problem
from field.registry import regions
from field.registry.regions import VILLAGE, Region
from field.registry.rights import Right
from field.registry.signatures import by_same
from field.registry.staff import staff_names
from field.traced import traced
from field.web.asked import asked_month
from field.web.catalogue import in_a_row
from field.web.forms import sent_key
from field.web.fund_words import content_of, donor
from field.web.whereabouts import here

fund_room = Blueprint("fund_page", __name__, url_prefix="/fund")
LONGEST_MONTH = timedelta(days=32)


@fund_room.get("")
@allow(Right.READ_FUND)
def listed() -> str | Response:
    """余额 by place; a village's own books for who belongs to one."""
    if actor().role is Role.VILLAGE:
        return redirect(url_for(".books", village=actor().region))
    where, session = here(Right.READ_FUND), db.session()
    if len(where.code) == VILLAGE:
        return redirect(url_for(".books", village=where.code))
    parts = balances_by(session, where.code, len(where.below[0].code)) if where.below else {}
    below = [(place, parts.get(place.code, Balances())) for place in where.below]
    waiting = fund_list.waiting(session, where.code)
    return render_template(
        "fund.html", here=where, below=below, whole=summed(parts.values()), villages=VILLAGE,
        **_applications(waiting),
    )  # fmt: skip


@fund_room.get("/<village:village>")
@allow(Right.READ_FUND)
@traced(Look.LIST)
def books(village: str) -> str:
    """The books of one village."""
    return _books(fund_donations.village_of(db.session(), village, actor(), Right.READ_FUND))


@fund_room.post("/<village:village>")
@allow(Right.WORK_FUND)
def donate(village: str) -> Response:
    """收到捐款."""
    by, now = actor(), clock.now()
    asked = Asked(FundAction.DONATE, content_of(FundAction.DONATE, request.form), sent_key())
    fund_donations.village_of(db.session(), village, by, Right.WORK_FUND)
    entry = done(lambda session: fund_donations.donate(session, village, asked, by, now))
    return redirect(url_for(".donation", village=village, seq=entry.seq), 303)


@fund_room.get("/<village:village>/donations/<seq:seq>")
@allow(Right.READ_FUND)
def donation(village: str, seq: int) -> str:
    """捐款收据, to print."""
    session, by = db.session(), actor()
    entry, said = fund_donations.donation(session, village, seq, by, Right.READ_FUND)
    names = regions.names(session, {village, village[:9]})
    return render_template(
        "fund_donation.html", entry=entry, said=said, donor=donor(said), number=number(entry.hash), names=names,
        village=village, ways=FundWay.labels(),
        today=china_day(clock.now()),
        staff=staff_names(session, {entry.actor}), gone=bool(fund_list.given_back(session, village, [seq])),
        may_give_back=_may_give_back(entry),
    )  # fmt: skip


@fund_room.post("/<village:village>/donations/<seq:seq>")
@allow(Right.WORK_FUND)
def give_back(village: str, seq: int) -> Response:
    """退还捐款."""
    by, now = actor(), clock.now()
    asked = Asked(FundAction.GIVE_BACK, content_of(FundAction.GIVE_BACK, request.form), "")
    done(lambda session: fund_donations.give_back(session, village, seq, asked, by, now))
    return redirect(url_for(".donation", village=village, seq=seq), 303)


@fund_room.get("/<village:village>/public")
@allow(Right.PUBLIC)
def public(village: str) -> str:
    """公开账: sums alone, no names, no reasons, nothing from which a household could be recognised."""
    session, today = db.session(), china_day(clock.now())
    place = session.get(Region, village)
    if place is None:
        raise Problem(*NOT_FOUND)
    rules = pack_on(today).fund
    told = published(months(session, village, today), rules.public_min_households) if rules else Published((), None)
    names = regions.names(session, {village[:9]})
    return render_template(
        "fund_public.html", place=place, town=names.get(village[:9], ""), told=told, rules=rules,
        checkpoint=newest(session), total=lambda name: sum(getattr(one, name) for one in told.periods),
    )  # fmt: skip


def _books(place: Region) -> str:
    session, today = db.session(), china_day(clock.now())
    first = _month(today)
    after = (first + LONGEST_MONTH).replace(day=1)
    month = fund_list.month(session, place.code, first, after)
    waiting = fund_list.waiting(session, place.code)
    lines = [(line, _about(line), _sides(line)) for line in month.lines]
    return render_template(
        "fund_books.html", place=place, month=month, lines=lines, first=first, today=today, number=number,
        months=_choices(place.code, today), books=balances(session, place.code), accounts=FundAccount.labels(),
        ways=FundWay.labels(), actions=FundAction.labels(), key=str(uuid7()),
        names=regions.names(session, {place.code[:9]}), **_applications(waiting, month),
    )  # fmt: skip


def _applications(waiting: list[Any], month: fund_list.Month | None = None) -> dict[str, Any]:
    """Open applications with what the page needs to name them."""
    session = db.session()
    ids = {one.household_id for one in waiting}
    if month:
        ids |= {posting.household_id for line in month.lines for posting in line.postings}
    places = regions.names(session, {one.village for one in waiting})
    heads = fund_list.heads(session, ids, actor())
    urgent = fund_list.reasons(session, waiting)
    return {"waiting": waiting, "heads": heads, "places": places, "states": FundState.labels(), "urgent": urgent}


def _about(line: fund_list.Line) -> str:
    """捐款人, where it is a donation; else nothing, the household stands in its own place."""
    return donor(line.said) if line.said["action"] == FundAction.DONATE else ""


def _sides(line: fund_list.Line) -> tuple[str, str, int]:
    """借, 贷 and the amount of an act."""
    debit = in_a_row(FundAccount.label_of(one.account) for one in line.postings if one.amount > 0)
    credit = in_a_row(FundAccount.label_of(one.account) for one in line.postings if one.amount < 0)
    return debit, credit, sum(one.amount for one in line.postings if one.amount > 0)


def _month(today: date) -> date:
    """The month asked for, this one where none is."""
    return asked_month() or today.replace(day=1)


def _choices(village: str, today: date) -> dict[str, str]:
    """The months that can be opened, the newest first."""
    first = (fund_list.first_day(db.session(), village) or today).replace(day=1)
    found, one = {}, today.replace(day=1)
    while one >= first:
        found[f"{one:%Y-%m}"] = _("%(year)s年%(month)s月", year=one.year, month=one.month)
        one = (one - timedelta(days=1)).replace(day=1)
    return found


def _may_give_back(entry: Entry) -> bool:
    by = actor()
    return by.role in (Role.TOWN, Role.COUNTY) and not by_same(by.username, entry.actor)
