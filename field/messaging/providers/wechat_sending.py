"""微信的发送: messages by wechatpy's client, photographs, who opened a page (snsapi_base); each under a time limit."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import requests
from wechatpy import WeChatClient, WeChatClientException

from field.calling import limited, watch, within
from field.messaging.messages import NotGenuine, Outbound, Photo, SendError, Unreadable
from field.messaging.providers.wechat import Template, WeChat, cut
from field.messaging.providers.wechat_token import TIMEOUT, WHOLE, Tokens
from field.messaging.providers.wechat_xml import plain

LARGEST_PHOTO, PHOTO_SECONDS = 20 * 1024 * 1024, 30.0
CLOSED = {45015, 45047}  # 48 hours are over, or five messages are out: nothing more until the person writes
STALE = {40001, 40014, 42001}
LATER = {-1: 5, 45011: 60, 45009: 3600} | dict.fromkeys(STALE, 60)  # seconds until it makes sense again
LENGTHS = {"thing": 20, "character_string": 32, "phrase": 5, "name": 10, "letter": 32, "symbol": 5}
OAUTH = "https://open.weixin.qq.com/connect/oauth2/authorize"


class Refused(SendError):
    """微信不收: with WeChat's own code for why."""

    def __init__(self, code: int | None, status: int) -> None:
        late = LATER.get(code or 0, 60 if status == 429 else None)
        super().__init__(f"{status} {code or ''}".strip(), retryable=bool(late) or status >= 500, after=late)
        self.code = code


class Line(WeChatClient):  # type: ignore[misc]
    """线路: wechatpy's client with our tokens, our address and a time limit, following no redirect.

    It is built by reading every attribute of the unfinished object, `access_token` too.
    """

    def __init__(self, settings: WeChat, tokens: Tokens) -> None:
        super().__init__(settings.app_id, settings.app_secret, timeout=TIMEOUT, auto_retry=False)
        self.API_BASE_URL = f"{settings.api}/cgi-bin/"
        watch(self._http)
        self.tokens = tokens
        self.used: str | None = None

    @property
    def access_token(self) -> str:
        self.used = self.tokens.current()
        return self.used

    def fetch_access_token(self) -> None:
        """Another token than the refused one; wechatpy's own way knows one host only and ends other workers' tokens."""
        self.tokens.current(refused=self.used)

    def _request(self, method: str, url_or_endpoint: str, **more: Any) -> dict[str, Any]:
        """OSError where it is in doubt whether WeChat took it; what requests says of that would show the token."""
        more["params"] = {**(more.get("params") or {}), "access_token": self.access_token}  # in a time of its own
        try:
            with limited(WHOLE):
                told = super()._request(method, url_or_endpoint, allow_redirects=False, **more)
        except requests.ConnectTimeout:
            raise SendError("no connection", retryable=True) from None
        except requests.RequestException as error:
            raise OSError(type(error).__name__) from None
        except WeChatClientException as error:
            raise Refused(error.errcode, error.response.status_code) from None
        if not isinstance(told, dict) or told.get("errcode") != 0:
            raise OSError("no answer of WeChat's")
        return told


class WeChatSender:
    """发送: as talk within 48 hours of the person's word, and as an approved 订阅通知 otherwise."""

    def __init__(self, settings: WeChat, tokens: Tokens) -> None:
        self.settings, self.line = settings, Line(settings, tokens)

    def send(self, message: Outbound) -> str:
        """Hand a message over; SendError says whether to try again; a line that breaks leaves it in doubt (OSError)."""
        template, to = self.settings.templates.get(message.step), message.recipient
        api = self.line.message
        try:
            told = self._ask(lambda: api.send_text(to, cut(message.text)))
        except Refused as refused:
            if refused.code not in CLOSED or template is None:
                raise
            told = api.send_subscribe_message(to, template.id, _filled(template, message))
        return str(told.get("msgid") or message.key)

    def _ask(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Ask, and once more under another token where WeChat refuses this one."""
        try:
            return call()
        except Refused as refused:
            if refused.code not in STALE:
                raise
            self.line.fetch_access_token()
        return call()


def fetch_photo(settings: WeChat, tokens: Tokens, photo: Photo) -> bytes:
    """照片: its bytes, within three days; Unreadable where WeChat will not give it, OSError where it may later."""
    try:
        token = tokens.current()
        code, content = _downloaded(settings, token, photo.reference)
        if code in STALE:
            code, content = _downloaded(settings, tokens.current(refused=token), photo.reference)
    except SendError as error:
        raise OSError(error.reason) from None
    if code in LATER:
        raise OSError(f"WeChat: {code}")
    if code:
        raise Unreadable(f"WeChat: {code}")
    return content


def oauth_address(settings: WeChat, redirect_uri: str, state: str) -> str:
    """网页授权: where to send a page's visitor, so that WeChat says who it is; the parts in WeChat's own order."""
    asked = {"appid": settings.app_id, "redirect_uri": redirect_uri, "response_type": "code", "scope": "snsapi_base"}
    return f"{OAUTH}?{urlencode(asked | {'state': state})}#wechat_redirect"


def openid_of(settings: WeChat, code: str) -> str:
    """The openid that a visitor's code stands for; NotGenuine for every other code, OSError without an answer."""
    asked = {"appid": settings.app_id, "secret": settings.app_secret, "code": code, "grant_type": "authorization_code"}
    url = f"{settings.api}/sns/oauth2/access_token"
    try:
        with within(WHOLE) as calls:
            answer = calls.get(url, params=asked, timeout=TIMEOUT, allow_redirects=False)
        told = answer.json()
    except requests.RequestException as error:  # whose words would show the secret
        raise OSError(type(error).__name__) from None
    if answer.status_code != 200 or not isinstance(told, dict) or told.get("errcode") == -1:
        raise OSError(f"WeChat: {answer.status_code}")
    openid = told.get("openid")
    if told.get("errcode") or told.get("is_snapshotuser") or not isinstance(openid, str) or not openid:
        raise NotGenuine  # a snapshot's visitor is one that WeChat invents
    return openid


def _filled(template: Template, message: Outbound) -> dict[str, dict[str, str]]:
    """The fields of a template, each at most as long as its kind allows and none empty, which WeChat refuses."""
    missing = [name for name in template.fields.values() if name not in message.variables]
    if missing:
        raise SendError(f"template wants {', '.join(missing)}", retryable=False)
    return {name: {"value": _fitting(name, message.variables[told])} for name, told in template.fields.items()}


def _fitting(field: str, value: str) -> str:
    longest = LENGTHS.get(field.rstrip("0123456789"), 200)
    return " ".join(plain(value).split())[:longest] or "无"


def _downloaded(settings: WeChat, token: str, media_id: str) -> tuple[int, bytes]:
    """WeChat's code (0 for none) and the bytes; only from its API's own host, and within size and time."""
    url, asked = f"{settings.api}/cgi-bin/media/get", {"access_token": token, "media_id": media_id}
    try:
        more: Any = {"timeout": TIMEOUT, "stream": True, "allow_redirects": False}
        with within(PHOTO_SECONDS) as calls, calls.get(url, params=asked, **more) as answer:
            if answer.status_code != 200:
                raise OSError(f"WeChat: {answer.status_code}")
            content = _received(answer)
            return _code(content), content
    except requests.RequestException as error:  # whose words would show the token
        raise OSError(type(error).__name__) from None


def _received(answer: requests.Response) -> bytes:
    content = bytearray()
    for piece in answer.iter_content(64 * 1024):
        content += piece
        if len(content) > LARGEST_PHOTO:
            raise Unreadable("too large")
    return bytes(content)


def _code(content: bytes) -> int:
    """The errcode of a refusal, which comes as JSON where the photograph should be."""
    if not content.startswith(b"{"):
        return 0
    try:
        return int(json.loads(content)["errcode"])
    except (ValueError, KeyError, TypeError):
        raise Unreadable("no photograph") from None
