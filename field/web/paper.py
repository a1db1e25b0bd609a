"""打印: a page of ours as a PDF, by its own print style; WeasyPrint's one door."""

import re
import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, render_template, request
from flask_babel import gettext as _

from field.at_hand import vault
from field.auth import actor, signed_in
from field.db import db, transact
from field.ledger.checkpoints import newest
from field.monitoring.traces import Look, leave_trace
from field.monitoring.visiting import evidence, photos
from field.monitoring.workdays import china_day
from field.problems import Problem
from field.web.served import files
from field.web.wording import now, on_paper

View = TypeVar("View", bound=Callable[..., Any])
HERE = "http://paper.invalid/"
CHART = re.compile(r'(<svg class="chart"[^>]*>)')
STYLE = re.compile(r'<link rel="stylesheet" href="/office/([a-z-]+\.css)"[^>]*>')
DATED = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?", re.ASCII)
PRINT = "print.css"
_one_at_a_time = threading.Lock()  # fonts are not for two threads at once, and a layout takes all of a processor
# A drawing on paper knows nothing of the page's style.
DRAWN = """<style>text{font:14px "Noto Sans CJK SC",sans-serif}.big{font-size:26px;font-weight:700}
.small{font-size:13px}
.solid,.over{fill:#000}.under,.row{fill:#fff}.solid,.drawn{stroke:#000;stroke-width:1.2}
.axis{stroke:#999;fill:none}</style>"""


def printable(view: View) -> View:
    """The page of a view also as a PDF, where its address says `as=pdf` and who asks is signed in."""

    @wraps(view)
    def papered(**given: Any) -> Any:
        if request.args.get("as") != "pdf" or signed_in() is None:
            return view(**given)
        with on_paper():
            page = view(**given)
            return _on_paper(page) if isinstance(page, str) else page

    return papered  # type: ignore[return-value]


def _on_paper(page: str) -> Response:
    asked = request.args.get("month") or request.args.get("on") or ""
    when = asked if DATED.fullmatch(asked) else f"{china_day(now()):%Y%m%d}"
    name = f"{(request.endpoint or '').replace('.', '-')}-{when}.pdf".replace("_", "-")
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf(page), content_type="application/pdf", headers=headers)


def pdf(page: str) -> bytes:
    """The page on A4, with page numbers, the day and the newest checkpoint at the foot; 501 where nothing can print."""
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415 - it loads Pango, which not every machine has and few need
    except OSError:
        words = _("这台服务器还不能做 PDF（缺 Pango），请用浏览器的打印，或请管理员安装")
        raise Problem(501, "no_pango", words) from None
    with _one_at_a_time:
        foot = CSS(string=render_template(PRINT, checkpoint=newest(db.session())))
        sheets = [foot if name == PRINT else _style(name) for name in STYLE.findall(page)]
        drawn = CHART.sub(rf"\1{DRAWN}", STYLE.sub("", page))
        made: bytes = HTML(string=drawn, base_url=HERE, url_fetcher=_fetcher()).write_pdf(
            stylesheets=sheets, font_config=_fonts()
        )
    return made


@cache
def _style(name: str) -> Any:
    """One of our style sheets, read once."""
    from weasyprint import CSS  # noqa: PLC0415 - as above

    return CSS(string=files()[name].decode(), media_type="print")


@cache
def _fonts() -> Any:
    """The machine's fonts, found once."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - as above

    return FontConfiguration()


@cache
def _fetcher() -> Any:
    """Nothing from anywhere but this house."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 - as above

    class Ours(URLFetcher):  # type: ignore[misc]
        """What `_ours` gives."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            content, kind = _ours(url)
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return Ours()


def _ours(url: str) -> tuple[bytes, str]:
    """A photograph of a page, or a receipt's square; ValueError for anything else, which is then left out."""
    folder, _slash, name = (urlsplit(url).path if url.startswith(HERE) else "").rpartition("/")
    if folder == "/api/evidence":
        return _photo(name), "image/jpeg"
    if folder == "/receipt" and name.endswith(".svg"):
        square: Any = current_app.view_functions["receipt.square"]
        return square(number=name.removesuffix(".svg")).data, "image/svg+xml"
    raise ValueError(url)


def _photo(digest: str) -> bytes:
    """The small version, seen and traced as on the screen."""
    by, at = actor(), now()
    if evidence.visible(db.session(), digest, by) is None:
        raise ValueError(digest)
    transact(lambda session: leave_trace(session, by, Look.PHOTO_SMALL, digest, at, None))
    return photos.shown(db.session(), vault(), digest, "small")
