"""登录接口: log in, log out, who am I."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from pydantic import Field

from field import clock
from field.api.describe import Strict, describe
from field.at_hand import settings
from field.auth import actor, own_pages_only, posts, with_cookies, with_csrf_cookie, without_cookies
from field.db import db, transact
from field.login import act_in, log_in, log_out
from field.problems import NOT_ALLOWED, Problem
from field.registry.regions import names
from field.registry.rights import Actor, Right
from field.registry.signatures import FOR

api = Blueprint("access", __name__, url_prefix="/api")


class Login(Strict):
    """用户名和密码."""

    username: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=1, max_length=200)


class Place(Strict):
    """地区."""

    code: str
    name: str


class Held(Strict):
    """可以用的岗位: the own one under "", and those that one stands in for now."""

    id: str
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
    post: str
    posts: list[Held]
    parted: bool


class ChosenPost(Strict):
    """换岗位: the own post is ""; others are those that one stands in for."""

    post: str = Field(max_length=36)


class LoggedIn(Strict):
    """登录成功: the token for `Authorization: Bearer`; the cookie is set as well."""

    token: str
    user: Me


@api.post("/login")
@describe(Right.PUBLIC, "登录", {200: LoggedIn}, body=Login)
def login(body: Login) -> Response:
    own_pages_only()
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
    return with_csrf_cookie(jsonify(_shown(actor(), posts())))


@api.put("/me/post")
@describe(Right.SIGNED_IN, "换岗位", {200: Me}, body=ChosenPost)
def act(body: ChosenPost) -> Response:
    if body.post not in posts():
        raise Problem(*NOT_ALLOWED)
    transact(lambda session: act_in(session, g.session_id, body.post or None))
    return jsonify(_shown(posts()[body.post], posts()))


def _shown(person: Actor, several: Mapping[str, Actor] = MappingProxyType({})) -> dict[str, Any]:
    held = several or {"": person}
    name = names(db.session(), [person.region]).get(person.region, person.region)
    return {
        "id": person.staff_id, "username": person.username.partition(FOR)[0], "name": person.name,
        "role": person.role.value, "role_name": person.role.label, "region": {"code": person.region, "name": name},
        "post": next(key for key, one in held.items() if one == person),
        "posts": [{"id": key, "name": one.name} for key, one in held.items()], "parted": person.parted,
        "demo": settings().demo,
    }  # fmt: skip
