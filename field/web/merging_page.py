"""重复的人: two people chosen, seen side by side with numbers masked, made one, and made two again."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.codes import Left
from field.db import db, transact
from field.monitoring.checks import merging
from field.monitoring.checks.merging import Differ, Differing, NotMergeable, NotMerged
from field.monitoring.household_file import facts_and_most, person_shown
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry import reach, regions
from field.registry.households import Household, Person
from field.registry.rights import Right
from field.traced import traced
from field.web.forms import at_fields, sent_id, written
from field.web.visit_words import fact_told, personal_title
from field.web.wording import now as page_time

merging_page = Blueprint("merging_page", __name__, url_prefix="/merging")


@merging_page.get("")
@allow(Right.MERGE_PEOPLE)
@traced(Look.LIST)
def choose() -> str:
    """Those who seem to be the same, those who were merged, and a search."""
    return _choice([], "")


@merging_page.post("/find")
@allow(Right.MERGE_PEOPLE)
def find() -> str:
    """People by whole name, ID number or telephone: posted, so that no number stands in an address."""
    asked = written("q")
    return _choice(merging.found(db.session(), actor(), asked) if asked else [], asked)


@merging_page.get("/pair")
@allow(Right.MERGE_PEOPLE)
@traced(Look.LIST)
def pair() -> str:
    """Both side by side."""
    ids = [sent_id(request.args, name) for name in ("merge", "keep")]
    if not all(ids) or ids[0] == ids[1]:
        raise Problem(422, "two_needed", _("请选两个不同的人：一个并入，一个留下"))
    both = [_person(one) for one in ids]
    differing = merging.differing(both[0][0], both[1][0])
    return render_template("pair.html", both=[_shown(*one) for one in both], differing=differing, lefts=Left.labels())


@merging_page.post("")
@allow(Right.MERGE_PEOPLE)
def merge() -> Response:
    """Make one of two, with a reason."""
    by, now, note = actor(), clock.now(), written("note", needed=True)
    ids = sent_id(request.form, "merge"), sent_id(request.form, "keep")
    seen = request.form.getlist("seen")[: len(Differing)]
    try:
        transact(lambda session: merging.merge(session, *ids, note, by, now, seen))
    except Differ as error:
        raise at_fields([{"field": f"seen.{one}", "message": _unseen(one)} for one in error.unseen]) from None
    except NotMergeable:
        detail = _("这两个人现在不能合并：其中有人已经合并过，或者还有别人并在他名下。请先撤销那一次")
        raise Problem(409, "not_mergeable", detail) from None
    return redirect(url_for(".choose"), 303)


@merging_page.post("/undo")
@allow(Right.MERGE_PEOPLE)
def undo() -> Response:
    """Make two of one again, with a reason."""
    by, now, note = actor(), clock.now(), written("note", needed=True)
    person_id = sent_id(request.form, "person")
    try:
        transact(lambda session: merging.part(session, person_id, note, by, now))
    except NotMerged:
        raise Problem(409, "not_merged", _("这一次合并刚才已经有人撤销了")) from None
    return redirect(url_for(".choose"), 303)


def _unseen(one: Differing) -> str:
    """What a person has to look at before two are made one."""
    return str(_("这两个人的%(what)s不一样。核对过是同一个人，请打勾；不是就不要合并", what=one.label))


def _choice(found: list[Person], asked: str) -> str:
    session, by = db.session(), actor()
    alike, merged = merging.alike(session, by), merging.merged_people(session, by)
    several = [*found, *alike, *(one for both in merged for one in both)]
    homes = merging.homes(session, several)
    names = regions.names(session, {home.region for home in homes.values()})
    shown = {one.id: person_shown(one) for one in several}
    return render_template(
        "merging.html", found=found, asked=bool(asked), alike=alike, merged=merged, homes=homes, names=names,
        shown=shown,
    )  # fmt: skip


def _person(person_id: str) -> tuple[Person, Household]:
    return reach.belonging(db.session(), actor(), Person, person_id, Right.MERGE_PEOPLE)


def _shown(person: Person, home: Household) -> dict[str, Any]:
    """What of a person can be compared, in rows."""
    session = db.session()
    places = regions.names(session, {home.region, person.work_place or ""})
    known, most = facts_and_most(session, [person.id], page_time())
    told = [
        (personal_title(attribute), fact_told(one.best, places, most))
        for (_subject, attribute), one in sorted(known.items())
        if attribute != "phone"
    ]
    village = places.get(home.region, home.region)
    return {"person": person, "home": home, "village": village, "told": told, **{"card": person_shown(person)}}
