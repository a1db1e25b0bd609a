"""出错: what went wrong, told in one shape (RFC 9457) and in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, json

TITLES = {
    400: "内容看不懂", 401: "请先登录", 403: "没有权限", 404: "没有找到", 405: "不能这样操作", 409: "内容冲突",
    411: "缺少长度", 413: "内容太大", 415: "格式不支持", 422: "填写有误", 429: "请稍后再试", 500: "系统出错了",
    503: "暂时连不上",
}  # fmt: skip


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
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.more, self.headers = list(errors), dict(more or {}), dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """The problem details."""
        body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(self.status, "没有完成")}
        body |= {"status": self.status, "code": self.code, "detail": self.detail}
        return {**body, **({"errors": self.errors} if self.errors else {}), **self.more}

    def answer(self) -> Response:
        """The HTTP answer."""
        body = json.dumps(self.as_json(), ensure_ascii=False)
        return Response(body, self.status, self.headers, content_type="application/problem+json")


NOT_ALLOWED = (403, "not_allowed", "没有权限,或者没有这条记录")
NOT_FOUND = (404, "not_found", "没有找到")
