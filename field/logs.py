"""日志: one JSON object a line, with the number of the request or job; never a query, a body, a name or an id."""

import json
import logging
import os
import re
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from field.work import doing

HEADER = "X-Request-ID"
FORM = re.compile(r"[A-Za-z0-9-]{8,64}")

log = logging.getLogger("field.requests")


class Lines(logging.Formatter):
    """JSON 行: of an exception its kind and place, not its words, which may quote what people wrote."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name}
        line["message"] = record.getMessage()
        line |= {"request": number()} if number() else {}
        line |= {"job": doing.get()} if doing.get() else {}
        line |= getattr(record, "figures", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class Plain(logging.Formatter):
    """普通的行: as people read them; of an exception too its kind and place alone."""

    def formatException(self, info: Any) -> str:  # noqa: N802 (the name that logging calls)
        kind, _, at = info
        return f"{''.join(traceback.format_tb(at))}{kind.__name__}"


def number() -> str | None:
    """请求编号, under which a fault is found in the log."""
    return g.get("request_number") if has_request_context() else None


def took() -> float:
    """How many seconds this request has taken so far."""
    return time.perf_counter() - float(g.request_began)


def set_up(app: Flask, as_json: bool, trusts_proxy: bool) -> None:
    """Number every request; with JSON also write a line for each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if as_json else Plain("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if as_json else logging.WARNING, handlers=[handler], force=as_json)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # its warnings are of screen rules that paper passes over

    @app.before_request
    def _number() -> None:
        given = request.headers.get(HEADER, "") if trusts_proxy else ""
        g.request_number = given if FORM.fullmatch(given) else os.urandom(16).hex()
        g.request_began = time.perf_counter()

    @app.after_request
    def _told(answer: Response) -> Response:
        if (known := number()) is not None:
            answer.headers[HEADER] = known
            if as_json:
                log.info("request", extra={"figures": _figures(answer)})
        return answer


def _figures(answer: Response) -> dict[str, Any]:
    """The rule of the route, not the path, which may name a household."""
    rule = request.url_rule.rule if request.url_rule else None
    spent = round(took() * 1000, 1)
    return {"method": request.method, "route": rule, "status": answer.status_code, "ms": spent}


def _fault(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": type(error).__name__, "where": where}
