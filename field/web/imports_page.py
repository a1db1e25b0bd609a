"""名册导入页: the template, a file on its way in with its progress, and what became of earlier ones."""

import io

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from field.at_hand import vault
from field.auth import allow
from field.codes import JobState
from field.db import db
from field.jobs.roster_import import FAULTS, ROSTER, kept_doubts
from field.mending import mend
from field.monitoring.checks.quality import checks_called
from field.monitoring.checks.quality_checks import TITLES
from field.monitoring.traces import Look
from field.registry.households import Household
from field.registry.rights import Right
from field.registry.roster_excel import write_template
from field.traced import traced
from field.web.asked import asked_page
from field.web.forms import at_field
from field.web.uploaded_sheets import (
    MEGABYTE,
    end_reading,
    excel,
    faults_of,
    give_room,
    newest,
    read_again,
    sent_in,
    take_in,
    tried_in_vain,
)
from field.work import OPEN

imports = Blueprint("imports", __name__, url_prefix="/imports")
PER_PAGE = 50
give_room(imports, 100 * MEGABYTE)


@imports.get("")
@allow(Right.IMPORT_ROSTER)
def page() -> str:
    """The form and the imports of the reader's region, newest first."""
    several = newest(ROSTER)
    return render_template(
        "imports.html", jobs=several, states=JobState.labels(), open_states=OPEN, titles=TITLES,
        in_vain=tried_in_vain(ROSTER, several),
    )  # fmt: skip


@imports.post("")
@allow(Right.IMPORT_ROSTER)
def upload() -> Answer:
    """Take a file in and put its import on the table."""
    return take_in(ROSTER, at_field("file", _("请先选择名册文件，再点开始导入")))


@imports.get("/template.xlsx")
@allow(Right.IMPORT_ROSTER)
def template() -> Response:
    """名册模板."""
    file = io.BytesIO()
    write_template(file)
    return excel(file.getvalue(), "roster-template.xlsx")


@imports.get("/<id:job_id>/faults.xlsx")
@allow(Right.IMPORT_ROSTER)
def faults(job_id: str) -> Response:
    """错误清单 of an import."""
    return faults_of(ROSTER, job_id, FAULTS)


@imports.get("/<id:job_id>/doubts")
@allow(Right.IMPORT_ROSTER)
@traced(Look.LIST)
def doubts(job_id: str) -> str:
    """要核对的 of an import as it was found then, household by household, each with the page that mends it."""
    several, at = kept_doubts(vault(), sent_in(ROSTER, job_id).payload["file"]), asked_page()
    here = several[(at - 1) * PER_PAGE : at * PER_PAGE]
    shown = [(one, check) for one in here for check in checks_called(one.check)]
    heads = select(Household.id, Household.head).where(Household.id.in_([one.household_id for one, _check in shown]))
    return render_template(
        "import_doubts.html", job_id=job_id, doubts=shown, total=len(several), page=at, mend=mend,
        pages=-(-len(several) // PER_PAGE), heads=dict(db.session().execute(heads).all()),
    )  # fmt: skip


@imports.post("/<id:job_id>/cancel")
@allow(Right.IMPORT_ROSTER)
def stop(job_id: str) -> Answer:
    """Cancel an import; what is in stays in."""
    return end_reading(ROSTER, job_id)


@imports.post("/<id:job_id>/again")
@allow(Right.IMPORT_ROSTER)
def again(job_id: str) -> Answer:
    """Try an import once more that was tried in vain."""
    return read_again(ROSTER, job_id)
