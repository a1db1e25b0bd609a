"""语言: Chinese, or English for whoever chose it; a cookie keeps it: it is about a screen, and needs no sign-in."""

from typing import Any

from flask import Blueprint, Flask, has_request_context, redirect, request
from flask.json.provider import DefaultJSONProvider
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from field.auth import allow
from field.registry.rights import Right
from field.web.catalogue import CHINESE, ENGLISH, Spoken, in_english, said, sentences, word_said
from field.web.login_page import onward

COOKIE, YEAR = "field_language", 365 * 24 * 3600
LANGUAGES = {"zh": CHINESE, "en": ENGLISH}

language = Blueprint("language", __name__)


@language.get("/language/<code>")
@allow(Right.PUBLIC)
def choose(code: str) -> Response:
    """Speak this language from now on, and go back to the page that was open; the phone form reads the cookie too."""
    if code not in LANGUAGES:
        raise NotFound
    answer = redirect(onward(), 303)
    answer.set_cookie(COOKIE, code, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    return answer


class SpokenJSON(DefaultJSONProvider):
    """What the API answers: in Chinese, but for whoever sends the cookie of English; what people wrote stays."""

    ensure_ascii = False

    def dumps(self, obj: Any, **more: Any) -> str:
        """The JSON text."""
        english = has_request_context() and request.cookies.get(COOKIE) == "en"
        return super().dumps(_spoken(obj) if english else obj, **more)


def register(app: Flask) -> None:
    """Let the templates speak the reader's language, with every code in them."""
    Spoken(app, locale_selector=_chosen)
    app.json = SpokenJSON(app)
    env = app.jinja_env
    env.finalize = word_said
    speak = _with_words(env.globals["gettext"])
    env.globals |= {"gettext": speak, "_": speak, "in_english": in_english}
    env.filters |= {"said": said, "sentences": sentences}
    app.register_blueprint(language)


def _chosen() -> Any:
    kept = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return LANGUAGES.get(kept, CHINESE)


def _spoken(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _spoken(inside) for name, inside in part.items()}
    return [_spoken(one) for one in part] if isinstance(part, list | tuple) else word_said(part)


def _with_words(gettext: Any) -> Any:
    """A template's gettext whose variables may be Words; Chinese, in which all is written, is not looked up."""

    @pass_context
    def speak(context: Context, text: str, **variables: Any) -> Any:
        if not in_english():
            return (Markup(text) if context.eval_ctx.autoescape else text) % variables  # noqa: S704 - our own text
        return gettext(context, text, **{name: word_said(value) for name, value in variables.items()})

    return speak
