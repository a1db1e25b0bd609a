"""登录页: log in and out by plain forms."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from field import clock
from field.auth import allow, own_pages_only, signed_in, with_cookies, without_cookies
from field.db import transact
from field.login import log_in, log_out
from field.problems import Problem
from field.registry.rights import Right

login = Blueprint("login", __name__)
LONGEST = 200


@login.get("/login")
@allow(Right.PUBLIC)
def ask() -> str | Response:
    """The form, or straight on for whoever is signed in."""
    if signed_in():
        return redirect(onward(), 303)
    return render_template("login.html", problem=None, username="")


@login.post("/login")
@allow(Right.PUBLIC)
def enter() -> tuple[str, int, dict[str, str]] | Response:
    """Open a session, or say on the form why not; a form on another site's page logs nobody in."""
    own_pages_only()
    username, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        if not username or not password or max(len(username), len(password)) > LONGEST:
            raise Problem(401, "wrong_login", _("请填写用户名和密码"))
        entered = log_in(username, password, request.remote_addr or "", clock.now())
        if entered.actor.parted:
            raise Problem(403, "account_ended", _("您现在没有岗位。手机里没发出的，请在手机走访里发出；别的请联系县里"))
    except Problem as problem:
        page = render_template("login.html", problem=problem, username=username[:LONGEST])
        return page, problem.status, problem.headers
    g.session_id = entered.session_id
    return with_cookies(redirect(onward(), 303), entered.token)  # type: ignore[arg-type]


@login.post("/logout")
@allow(Right.SIGNED_IN)
def leave() -> Response:
    """End the session."""
    transact(lambda session: log_out(session, g.session_id, clock.now()))
    return without_cookies(redirect(url_for("login.ask"), 303))  # type: ignore[arg-type]


def onward() -> str:
    """Where the visitor wanted to go, when that is a page of this house."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    local = wanted.startswith("/") and not wanted.startswith("//") and not parts.scheme and not parts.netloc
    return wanted if local and wanted.isprintable() and "\\" not in wanted else url_for("board.figures")
