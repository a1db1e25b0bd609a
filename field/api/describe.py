"""接口说明: each route says once who may, what it takes and what it answers; parsing and OpenAPI follow from that."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, NamedTuple, TypeVar

from flask import Response, jsonify, request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from field.auth import allow
from field.converters import UUID
from field.monitoring.visiting.visit_rules import moment, unkeepable
from field.problems import Problem
from field.registry.rights import Right

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]  # blanks are no reason
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]  # a name, a trade
Region = Annotated[str, StringConstraints(pattern="^[0-9]{2,12}$", max_length=12)]
Id = Annotated[str, StringConstraints(pattern=UUID)]
Shape = type[BaseModel] | dict[str, Any]
View = Callable[..., Any]
Any_ = TypeVar("Any_", bound=BaseModel)

BODY_LIMIT = 512 * 1024
DEPTH = 32
NUL_OR_HALF = re.compile("[\x00\ud800-\udfff]")
WORDS = {
    "missing": "请填写", "extra_forbidden": "这一项不认识", "string_too_short": "请填写",
    "string_too_long": "太长了", "string_pattern_mismatch": "格式不对", "greater_than_equal": "太小了",
    "less_than_equal": "太大了", "enum": "请在给出的选项里选", "literal_error": "请在给出的选项里选",
}  # fmt: skip


def _in_the_calendar(value: datetime) -> datetime:
    try:
        return moment(value.isoformat())
    except OverflowError as error:
        raise ValueError("no such time") from error


Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_in_the_calendar)]


class Strict(BaseModel):
    """A shape that takes no unknown field and turns no false into 0."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Description(NamedTuple):
    """What one route says of itself."""

    right: Right
    summary: str
    query: type[BaseModel] | None
    body: Shape | None
    answers: Mapping[int, Shape | str]


class PageQuery(Strict):
    """分页."""

    page: int = Field(1, ge=1, le=1_000_000)
    per_page: int = Field(20, ge=1, le=200)


class Page(Strict):
    """一页, in the order of its list."""

    total: int
    page: int
    per_page: int


def describe(
    right: Right,
    summary: str,
    answers: Mapping[int, Shape | str],
    query: type[BaseModel] | None = None,
    body: Shape | None = None,
) -> Callable[[View], View]:
    """Mark a view with its description; `query` and a pydantic `body` reach it parsed, a dict of it as JSON."""

    def mark(view: View) -> View:
        @wraps(view)
        def parsed(**given: Any) -> Any:
            if query is not None:
                given["query"] = _query(query)
            if isinstance(body, dict):
                given["body"] = body_json()
            elif body is not None:
                given["body"] = _shaped(body, body_json())
            answer = view(**given)
            return jsonify(answer) if isinstance(answer, dict) else answer

        parsed.description = Description(right, summary, query, body, answers)  # type: ignore[attr-defined]
        return allow(right)(parsed)

    return mark


def body_json() -> Any:
    """The request's JSON; 413 when too long, 400 when it is none."""
    data = body_bytes(BODY_LIMIT)
    try:
        return _shallow(json.loads(data, parse_constant=_no_number, parse_float=_number))
    except (ValueError, RecursionError) as error:
        raise Problem(400, "no_json", "内容不是有效的 JSON") from error


def body_bytes(limit: int) -> bytes:
    """The request's body; 413 when too long, also where no length was told, 400 when it breaks off."""
    request.max_content_length = limit + 1
    try:
        data = request.get_data(cache=False)
    except OSError as error:
        raise Problem(400, "cut", "内容没有传完，请再传一次") from error
    if len(data) > limit:
        raise Problem(413, "too_large", "内容太大，没有保存")
    return data


def created(answer: dict[str, Any], fresh: bool) -> Response:
    """201 for something new, 200 for the same again."""
    response = jsonify(answer)
    response.status_code = 201 if fresh else 200
    return response


def paged(items: list[dict[str, Any]], total: int, query: PageQuery) -> dict[str, Any]:
    """One page as every list is answered."""
    return {"items": items, "total": total, "page": query.page, "per_page": query.per_page}


def _shallow(value: Any, room: int = DEPTH) -> Any:
    """The value itself; ValueError when it is nested deeper than anything that people fill in."""
    if room == 0:
        raise ValueError("too deep")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(item, dict | list):
            _shallow(item, room - 1)
    return value


def _no_number(text: str) -> float:
    raise ValueError(text)


def _number(text: str) -> float:
    return float(text) if math.isfinite(float(text)) else _no_number(text)


def _query(shape: type[Any_]) -> Any_:
    """Query parameters; one that is given twice is a fault, not a choice."""
    twice = [key for key, values in request.args.lists() if len(values) > 1]
    if twice:
        errors = [{"field": _field((key,)), "message": "只能填一次"} for key in twice]
        raise Problem(422, "invalid", "查询条件有误", errors)
    return _shaped(shape, request.args.to_dict(), strict=False)


def _shaped(shape: type[Any_], value: Any, strict: bool | None = None) -> Any_:
    try:
        shaped = shape.model_validate(value, strict=strict)
    except ValidationError as error:
        errors = [{"field": _field(fault["loc"]), "message": _word(fault["type"])} for fault in error.errors()]
        raise Problem(422, "invalid", "填写有误，请改正后再提交", errors) from None
    if strange := unkeepable(shaped.model_dump()):
        raise Problem(422, "invalid", "填写有误", [{"field": path, "message": "有不能保存的符号"} for path in strange])
    return shaped


def _field(location: tuple[int | str, ...]) -> str:
    return NUL_OR_HALF.sub("?", ".".join(str(part)[:60] for part in location))


def _word(kind: str) -> str:
    return WORDS.get(kind, "填得不对")
