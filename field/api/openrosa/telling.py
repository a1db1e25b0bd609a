"""答复: what is told to a survey app, in XML; its words are what the app shows."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from flask import Response

from field.problems import Problem

XML = "text/xml; charset=utf-8"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Field", charset="UTF-8"'}
SHAPE = '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>{}</message></OpenRosaResponse>'


def xml(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in XML."""
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status, dict(headers or {}), content_type=XML)


def message(words: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A sentence for who looks at the app."""
    return xml(SHAPE.format(escape(words)), status, headers)


def told(problem: Problem) -> Response:
    """A fault with all its reasons; who has not said who they are is asked to."""
    reasons = "；".join(dict.fromkeys(error["message"] for error in problem.errors))
    challenge = CHALLENGE if problem.status == 401 else {}
    words = f"{problem.detail}：{reasons}" if reasons else problem.detail
    return message(words, problem.status, problem.headers | challenge)


def elements(told: Mapping[str, str]) -> str:
    """Elements that hold nothing but words."""
    return "".join(f"<{name}>{escape(words)}</{name}>" for name, words in told.items())
