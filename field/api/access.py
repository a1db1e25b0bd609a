"""登录接口: log in, log out, who am I."""

from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request
from pydantic import Field

from field import clock
from field.api.describe import Strict, describe
from field.auth import actor, with_cookies, with_csrf_cookie, without_cookies
from field.db import db, transact
from field.login import log_in, log_out
from field.registry.regions import names
from field.registry.rights import Actor, Right

api = Blueprint("access", __name__, url_prefix="/api")


class Login(Strict):
    """用户名和密码."""

    username: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=1, max_length=200)


class Place(Strict):
    """地区."""

    code: str
    name: str


class Me(Strict):
    """当前账号."""

    id: str
    username: str
    name: str
    role: str
    role_name: str
    region: Place
    demo: bool


class LoggedIn(Strict):
    """登录成功: the token for `Authorization: Bearer`; the cookie is set as well."""

    token: str
    user: Me


@api.post("/login")
@describe(Right.PUBLIC, "登录", {200: LoggedIn}, body=Login)
def login(body: Login) -> Response:
    entered = log_in(body.username, body.password, request.remote_addr or "", clock.now())
    g.session_id = entered.session_id
    return with_cookies(jsonify({"token": entered.token, "user": _shown(entered.actor)}), entered.token)


@api.post("/logout")
@describe(Right.SIGNED_IN, "退出登录", {204: "已退出"})
def logout() -> Response:
    transact(lambda session: log_out(session, g.session_id, clock.now()))
    return without_cookies(Response(status=204))


@api.get("/me")
@describe(Right.SIGNED_IN, "当前账号", {200: Me})
def me() -> Response:
    return with_csrf_cookie(jsonify(_shown(actor())))


def _shown(person: Actor) -> dict[str, Any]:
    name = names(db.session(), [person.region]).get(person.region, person.region)
    return {
        "id": person.staff_id, "username": person.username, "name": person.name, "role": person.role.value,
        "role_name": person.role.label, "region": {"code": person.region, "name": name},
        "demo": current_app.config["FIELD"].demo,
    }  # fmt: skip
