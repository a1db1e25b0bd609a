"""更正登记页: what the registry says wrongly of one person, put right against a reason."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from uuid6 import uuid7
from werkzeug.wrappers import Response

from field import clock
from field.auth import actor, allow
from field.db import db, transact
from field.monitoring.cases.cases import OtherContent
from field.monitoring.checks.people_corrections import COLUMNS, RIGHTS, claimed, correct, correctable
from field.monitoring.household_file import person_shown
from field.monitoring.traces import Look
from field.problems import Problem
from field.registry.masking import mask_id_number
from field.registry.rights import Right
from field.traced import traced
from field.web.catalogue import said
from field.web.forms import sent_key, written

corrections = Blueprint("corrections", __name__, url_prefix="/people")


@corrections.get("/<id:person_id>/correction")
@allow(Right.CORRECT_SCHOOLING)
@traced(Look.FILE)
def ask(person_id: str) -> str:
    """What is registered of the person, and what may be put right by the reader."""
    person, home = correctable(db.session(), person_id, actor())
    mine = {name: column for name, column in COLUMNS.items() if actor().may(RIGHTS[name], home.region)}
    held = person_shown(person) | {"birth_date": person.birth_date, "pupil": person.details.get("pupil")}
    told = claimed(db.session(), person)
    told |= {"id_number": mask_id_number(told["id_number"])} if "id_number" in told else {}
    return render_template(
        "correction.html", whose=person, household=home, columns=mine, titles=_titles(), held=held, told=told,
        key=str(uuid7()),
    )  # fmt: skip


@corrections.post("/<id:person_id>/correction")
@allow(Right.CORRECT_SCHOOLING)
def record(person_id: str) -> Response:
    """更正: what was filled in counts, what was left empty stays as it is."""
    by, now, key, note = actor(), clock.now(), sent_key(), written("note")
    filled = {name: text for name in COLUMNS if (text := request.form.get(name, "").replace("\0", "").strip()[:60])}
    try:
        entry = transact(lambda session: correct(session, person_id, filled, note, key, by, now))
    except OtherContent:
        raise Problem(409, "other_content", _("这一页已经交过别的内容，请刷新后再办")) from None
    return redirect(url_for("file.one", household_id=entry.chain_id, _anchor="members"), 303)


def _titles() -> dict[str, str]:
    return {name: said(column.header) for name, column in COLUMNS.items()} | {"note": _("为什么更正")}
