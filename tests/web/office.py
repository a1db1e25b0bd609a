"""The office's visitors for tests: browsers that log in by the form, and the reading of what pages say."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from field import clock
from field.db import db, transact
from field.media.photo import inspect
from field.monitoring.visiting import evidence
from tests.county import PASSWORD, STAFF, County
from tests.media.pictures import saved, scene

HREF = re.compile(r'href="([^"]*)"')
TAG = re.compile(r"<[^>]*>")


class Browser(FlaskClient):
    """A browser with its cookies."""

    @property
    def token(self) -> str:
        """What its forms carry against forged requests."""
        cookie = self.get_cookie("field_csrf")
        assert cookie is not None
        return cookie.value

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form of one of our own pages."""
        return self.post(path, data={"csrf_token": self.token, **fields})

    def page(self, path: str) -> str:
        """A page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


class Element(NamedTuple):
    """One element of a page, with the names of those around it and the number of the form that it stands in."""

    tag: str
    attributes: dict[str, str]
    around: tuple[str, ...]
    form: int


class Elements(HTMLParser):
    """Every element of a page."""

    EMPTY = frozenset(("meta", "link", "input", "img", "br", "path", "rect", "circle"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.open: list[str] = []
        self.forms = 0
        self.feed(page)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.forms += tag == "form"
        given = {name: value or "" for name, value in attrs}
        self.found.append(Element(tag, given, tuple(self.open), self.forms))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag, f"</{tag}> closes nothing"


def browser(county: County, username: str | None = None) -> Browser:
    """A browser in which the account is signed in, or a stranger's."""
    visitor = Browser(county.app, county.app.response_class)
    if username is not None:
        assert username in STAFF
        answer = visitor.post("/login", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
    return visitor


def words(page: str) -> str:
    """What a page says, without its marks, blanks run together."""
    return " ".join(html.unescape(TAG.sub(" ", page)).split())


def links(page: str) -> list[str]:
    """Where a page leads."""
    return [html.unescape(found) for found in HREF.findall(page)]


def photograph(county: County, seed: int, username: str = "cadre") -> str:
    """Take a photograph in as the account would send it; its digest."""
    data = saved(scene(seed), "JPEG")
    photo = inspect(data)
    county.app.extensions["field_vault"].put(photo.sha256, data)

    def work(session: Session) -> None:
        evidence.take_in(session, photo, username, clock.now())

    with county.app.app_context():
        transact(work)
    return photo.sha256


def visited(county: County, username: str = "cadre", **changes: Any) -> dict[str, Any]:
    """Send a visit as the account's phone would; the answer."""
    answer = county.client(username).post("/api/visits", json=county.visit(**changes))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


@contextmanager
def statements(county: County) -> Iterator[list[str]]:
    """The queries that are made meanwhile."""
    made: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            made.append(statement)

    with county.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)
