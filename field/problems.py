"""出错: what went wrong, told in one shape (RFC 9457) and in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, json

from field.labels import Word
from field.logs import number
from field.sentences import word

TITLES = {
    400: Word("内容看不懂"),
    401: Word("请先登录"),
    403: Word("没有权限"),
    404: Word("没有找到"),
    405: Word("不能这样操作"),
    409: Word("内容冲突"),
    411: Word("缺少长度"),
    413: Word("内容太大"),
    415: Word("格式不支持"),
    422: Word("填写有误"),
    429: Word("请稍后再试"),
    500: Word("系统出错了"),
    503: Word("暂时连不上"),
}


class Problem(Exception):
    """An answer that is no success: HTTP status, a code for programs, a sentence for people, fields at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, word(detail)
        self.errors = [{name: word(text) for name, text in error.items()} for error in errors]
        self.more, self.headers = dict(more or {}), dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """The problem details."""
        body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(self.status, Word("没有完成"))}
        body |= {"status": self.status, "code": self.code, "detail": self.detail}
        return {**body, **({"errors": self.errors} if self.errors else {}), **self.more}

    def answer(self) -> Response:
        """The HTTP answer."""
        told = self.as_json() | ({"request_id": number()} if self.status >= 500 else {})
        body = json.dumps(told, ensure_ascii=False)
        return Response(body, self.status, self.headers, content_type="application/problem+json")


NOT_ALLOWED = (403, "not_allowed", Word("没有权限，或者没有这条记录"))
NOT_FOUND = (404, "not_found", Word("没有找到"))
