"""监测月报: a region's month in the shape of the county's report, to read, to print, as PDF and for Word."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request

from field.auth import allow
from field.china_time import opens
from field.codes import THREE_KINDS, RiskFactor
from field.db import db
from field.ledger.checkpoints import newest
from field.monitoring.board.counted import LATE_STEPS, counts
from field.monitoring.board.flow import Flow, flow
from field.monitoring.board.standings import statistics_on
from field.monitoring.board.statistics import Figures, figures_of
from field.monitoring.board.until import Until
from field.monitoring.relief.relief_sums import Sums, relief_by
from field.monitoring.workdays import SHANGHAI, china_day, month_of, months_after
from field.registry.rights import Right
from field.web.asked import asked_month
from field.web.bulletin_words import problems, progress, situation
from field.web.charts import bars, ring
from field.web.paper import printable
from field.web.whereabouts import Here, here
from field.web.word import DOCX, bulletin_document, foot
from field.web.wording import now, on_paper

bulletin = Blueprint("bulletin", __name__, url_prefix="/bulletin")


class Month(NamedTuple):
    """一个月: from its first moment to the first of the next, or to now where it is not over."""

    begins: datetime
    ends: datetime
    over: bool

    @property
    def name(self) -> str:
        """2026-10."""
        return f"{self.begins.astimezone(SHANGHAI):%Y-%m}"

    @property
    def before(self) -> str:
        """The month before."""
        return f"{months_after(china_day(self.begins), -1):%Y-%m}"


class Bulletin(NamedTuple):
    """月报: where, when, the figures at the month's end and at its beginning, by place, and what was done.

    `late` are households by the step that they wait for, `relief` the sums of the year.
    """

    here: Here
    month: Month
    whole: Figures
    before: Figures
    below: list[tuple[str, Figures]]
    flow: Flow
    late: Mapping[str, int]
    relief: Sums
    checkpoint: Any

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        """三类户, with their households."""
        return [(kind, kind.label, self.whole["by_kind"][kind]["households"]) for kind in THREE_KINDS]

    @property
    def risks(self) -> list[tuple[str, str, int]]:
        """主要风险点, with their households."""
        return [(risk, label, self.whole["by_risk_factor"][risk]) for risk, label in RiskFactor.labels().items()]


@bulletin.get("")
@allow(Right.READ_STATISTICS)
@printable
def page() -> str | Response:
    """One month of a region."""
    told = _told()
    if request.args.get("as") == "docx":
        headers = {"Content-Disposition": f'attachment; filename="bulletin-{told.here.code}-{told.month.name}.docx"'}
        with on_paper():
            document = bulletin_document(told)
        return Response(document, content_type=DOCX, headers=headers)
    charts = {"ring": ring(told.kinds), "bars": bars(told.risks)}
    words = {
        "situation": situation(told),
        "progress": progress(told),
        "problems": problems(told),
        "foot": foot(told.checkpoint),
    }
    return render_template("bulletin.html", told=told, **words, **charts)


def _told() -> Bulletin:
    where, month, session = here(Right.READ_STATISTICS), _month(), db.session()
    digits = len(where.below[0].code) if where.below else len(where.code)
    parts = statistics_on(session, where.code, digits, month.ends)
    before = statistics_on(session, where.code, len(where.code), month.begins)
    until = Until(china_day(month.ends - timedelta(microseconds=1)))
    late = counts(session, where.code, len(where.code), until, present=False)
    relief = relief_by(session, where.code, len(where.code), until)
    below = [(place.name, parts.get(place.code) or figures_of(place.code)) for place in where.below]
    return Bulletin(
        where, month, figures_of(where.code, tuple(parts.values())), before.get(where.code) or figures_of(where.code),
        below, flow(session, where.code, month.begins, month.ends),
        {name: late[name, where.code] for name in LATE_STEPS if late.get((name, where.code))},
        relief.get(where.code, Sums()), newest(session),
    )  # fmt: skip


def _month() -> Month:
    """The month asked for, the present one until now."""
    today = now().astimezone(SHANGHAI)
    first = asked_month() or today
    begins, following = map(opens, month_of(first))
    over = following <= today
    return Month(begins, following if over else today, over)
