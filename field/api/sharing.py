"""共享接口: the households of a town that concern one of its units, with the fields that the policy pack names."""

from typing import Any

from flask import Blueprint

from field import clock
from field.api.describe import Page, PageQuery, Region, describe, paged
from field.auth import actor
from field.db import db, transact
from field.monitoring.posts.sharing import shared, trace
from field.monitoring.posts.sharing_codes import SharedField
from field.registry.rights import Right

api = Blueprint("sharing", __name__, url_prefix="/api")


class SharedQuery(PageQuery):
    """哪个村; without one the whole town."""

    region: Region | None = None


class SharedPage(Page):
    """与我有关的户一页: `fields` says what each key is; numbers masked, money in 分, `people` those concerned."""

    unit: str
    fields: dict[str, str]
    items: list[dict[str, Any]]


@api.get("/sharing")
@describe(Right.READ_SHARED, "与我有关的户", {200: SharedPage}, query=SharedQuery)
def shared_households(query: SharedQuery) -> dict[str, Any]:
    by, now = actor(), clock.now()
    found = shared(db.session(), by, query.region or by.region, now, query.page, query.per_page)
    transact(lambda session: trace(session, by, found, now))
    fields = {key.value: key.label for key in SharedField if key in found.rule.shows}
    return {"unit": found.rule.unit, "fields": fields} | paged(found.items, found.total, query)
