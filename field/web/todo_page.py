"""待办页: the reader's own list, by grade and the time left, with what has risen to the reader's level."""

from typing import Any

from flask import Blueprint, render_template

from field.auth import actor, allow
from field.codes import Grade, Role, TaskKind
from field.db import db
from field.monitoring.duties.todo import todo
from field.monitoring.duties.todo_rows import Wanted
from field.monitoring.traces import Look
from field.registry.rights import Right
from field.traced import traced
from field.web.asked import asked_code, asked_page
from field.web.whereabouts import here
from field.web.wording import now

todo_room = Blueprint("todo_page", __name__, url_prefix="/tasks")
PER_PAGE = 20


@todo_room.get("")
@allow(Right.READ_LEADS)
@traced(Look.LIST)
def listed() -> str:
    """One page of the list, narrowed by what stands in the address."""
    where, asked = here(Right.READ_LEADS), _asked()
    wanted = Wanted(
        actor(), now(), True, asked["view"] is None, asked["kind"], None, where.code, asked["grade"],
        asked["late"] is not None, asked_page(), PER_PAGE,
    )  # fmt: skip
    found, total = todo(db.session(), wanted)
    asked["region"] = None if where.code == actor().region else where.code
    return render_template(
        "todo.html", tasks=found, total=total, page=wanted.page, pages=-(-total // PER_PAGE), here=where, asked=asked,
        kinds=TaskKind.labels(), grades=Grade.labels(), levels={role.value: role.label for role in Role},
    )  # fmt: skip


def _asked() -> dict[str, Any]:
    """The filters of the address."""
    known = {"kind": TaskKind.labels(), "grade": Grade.labels(), "view": ("all",), "late": ("yes",)}
    return {name: asked_code(name, codes) for name, codes in known.items()}
