"""与我有关的户页: a unit of a town sees the households that concern it, with what the policy pack shows it."""

from flask import Blueprint, render_template

from field.auth import actor, allow
from field.db import db, transact
from field.monitoring.posts.sharing import shared, trace
from field.monitoring.posts.sharing_codes import SharedField
from field.registry.rights import Right
from field.web.asked import asked_page
from field.web.sharing_words import cells
from field.web.whereabouts import here
from field.web.wording import now

sharing_room = Blueprint("sharing_page", __name__, url_prefix="/sharing")
PER_PAGE = 20


@sharing_room.get("")
@allow(Right.READ_SHARED)
def listed() -> str:
    """The households of the town, or of one village of it; every one shown leaves a trace."""
    by, at, moment, where = actor(), asked_page(), now(), here(Right.READ_SHARED)
    found = shared(db.session(), by, where.code, moment, at, PER_PAGE)
    page = render_template(
        "sharing.html", here=where, rule=found.rule, rows=[cells(one) for one in found.items], total=found.total,
        shows=[key.label for key in SharedField if key in found.rule.shows], page=at, pages=-(-found.total // PER_PAGE),
    )  # fmt: skip
    transact(lambda session: trace(session, by, found, moment))
    return page
