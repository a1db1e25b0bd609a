"""再填一次: a form that was refused for what stands in it is shown again on its own page, whichever it is."""

from flask import Response, current_app, request
from werkzeug.test import create_environ

from field.problems import Problem
from field.web.form_marks import marked

CARRIED = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_LANGUAGE", "REMOTE_ADDR")


def shown_again(problem: Problem) -> Response | None:
    """The page of the form that was just refused, marked; None where no field is at fault, or the page is not there."""
    if problem.status != 422 or request.method != "POST" or not problem.errors:
        return None
    for address in dict.fromkeys(_addresses()):
        page = _page(address)
        again = page and marked(page, address, request.path, request.form, problem.errors)
        if again:
            return Response(again, problem.status, problem.headers, content_type="text/html; charset=utf-8")
    return None


def _addresses() -> list[str]:
    """Where the form may stand: where it says itself, where the browser came from, and where it was sent to."""
    came = (request.referrer or "").partition("://")[2].removeprefix(request.host)
    ours = request.form.get("form_page", ""), came, request.path
    return [one for one in ours if one.startswith("/") and not one.startswith("//") and one.isprintable()]


def _page(address: str) -> str | None:
    """A page as whoever asks sees it now, by the same gate."""
    around = create_environ(address, request.host_url)
    around |= {name: request.environ[name] for name in CARRIED if name in request.environ}
    with current_app.request_context(around):
        answer = current_app.full_dispatch_request()
    return answer.get_data(as_text=True) if answer.status_code == 200 and answer.mimetype == "text/html" else None
