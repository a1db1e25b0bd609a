"""微信公众号: sealed letters in (安全模式), sealed answers out; what is sent later goes by `wechat_sending`."""

import base64
import hmac
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from field.codes import Channel
from field.messaging.messages import Delivery, Inbound, NotGenuine, Photo, Place, Receipt, Said, Unreadable
from field.messaging.providers.wechat_xml import plain, read, render

Fields = Mapping[str, str]
NAME, API = "wechat", "https://api.weixin.qq.com"
LONGEST = 2048  # bytes of one text, by WeChat's rule
SILENCE = "success"
FRESH = timedelta(minutes=10)  # WeChat tries three times within 15 s; the rest is room for a clock that is wrong
SCENE = "qrscene_"
SENT = "SubscribeMsgSentEvent/List/"
EVENTS = {"subscribe": Said.FOLLOWED, "unsubscribe": Said.LEFT, "click": Said.CLICKED, "scan": Said.CLICKED}


@dataclass(frozen=True)
class Template:
    """订阅通知模板: its id, and which variable of the step fills which of its fields."""

    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class WeChat:
    """公众号的设置: `account` is the own gh_ id; `plain` (明文模式) is for development; `url`: the API elsewhere."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    app_id: str
    account: str = ""
    app_secret: str = field(default="", repr=False)
    plain: bool = False
    url: str = ""
    templates: Mapping[str, Template] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """Where the API is."""
        return self.url.rstrip("/") or API

    @property
    def key(self) -> bytes:
        """The key of the seal."""
        return base64.b64decode(f"{self.aes_key}=")


@dataclass(frozen=True)
class Letter:
    """拆开的信: its fields, and whether it came sealed, as the answer then must be."""

    fields: Fields
    sealed: bool = True


class Seal(PrpCrypto):  # type: ignore[misc]
    """信封: wechatpy's, with a beginning that cannot be guessed, for the first block has no other protection."""

    def get_random_string(self) -> str:
        return secrets.token_hex(8)


def verify(settings: WeChat, query: Mapping[str, str], now: datetime) -> None:
    """NotGenuine unless the check of our address was signed with our token, and lately."""
    _signed(settings, query, "signature", now)


def opened(settings: WeChat, query: Mapping[str, str], body: bytes, now: datetime) -> Letter:
    """The letter of a signed and sealed call for our own account; the plain `signature` does not cover a body."""
    outside = read(body)
    if encrypted := outside.get("Encrypt"):
        _signed(settings, query, "msg_signature", now, encrypted)
        letter = Letter(read(_unsealed(settings, encrypted)))
    elif settings.plain:
        _signed(settings, query, "signature", now)
        letter = Letter(outside, sealed=False)
    else:
        raise NotGenuine
    if settings.account and letter.fields.get("ToUserName") != settings.account:
        raise NotGenuine
    return letter


def parse(letter: Letter) -> Inbound | Receipt | None:
    """What the letter says; nothing where WeChat only tells what somebody looked at or allowed."""
    fields = letter.fields
    sender, at = fields.get("FromUserName", ""), _moment(fields.get("CreateTime", ""))
    kind = fields.get("MsgType", "").lower()
    if not sender or not kind:
        raise Unreadable("no FromUserName or MsgType")
    if kind == "event":
        return _event(fields, at)
    if not fields.get("MsgId"):
        raise Unreadable("no MsgId")
    said, more = _said(kind, fields)
    return Inbound(Channel.WECHAT, NAME, fields["MsgId"], sender, fields.get("ToUserName", ""), said, at, **more)


def reply(settings: WeChat, letter: Letter, text: str, now: datetime) -> str:
    """The answer within WeChat's own call, sealed as the letter was; no text is no answer."""
    content, moment = cut(text), int(now.timestamp())
    if not content:
        return SILENCE
    to, own = letter.fields["FromUserName"], letter.fields.get("ToUserName", "")
    said = render(
        {"ToUserName": to, "FromUserName": own, "CreateTime": moment, "MsgType": "text", "Content": content}
    )  # fmt: skip
    if not letter.sealed:
        return said
    encrypted = Seal(settings.key).encrypt(said, settings.app_id).decode()
    nonce = secrets.token_hex(8)
    signature = _signature(settings.token, str(moment), nonce, encrypted)
    return render({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": moment, "Nonce": nonce})


def cut(text: str) -> str:
    """As much of a text as WeChat takes, with no character cut in two."""
    return plain(text).encode()[:LONGEST].decode(errors="ignore")


def _signed(settings: WeChat, query: Mapping[str, str], name: str, now: datetime, *more: str) -> None:
    """A replay changes nothing, for every message counts once; a stale one is refused all the same."""
    stamp, nonce, given = query.get("timestamp", ""), query.get("nonce", ""), query.get(name, "")
    if not re.fullmatch("[0-9]{1,12}", stamp) or abs(now.timestamp() - int(stamp)) > FRESH.total_seconds():
        raise NotGenuine
    wanted = _signature(settings.token, stamp, nonce, *more)
    if not hmac.compare_digest(wanted.encode(), given.encode(errors="replace")):
        raise NotGenuine


def _signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*(part.encode(errors="replace") for part in parts))
    return str(signer.signature)


def _unsealed(settings: WeChat, encrypted: str) -> bytes:
    """The inside of a seal: 16 random bytes, length, message, app id, padding; wechatpy checks only the app id."""
    try:
        content: bytes = PrpCrypto(settings.key).cipher.decrypt(base64.b64decode(encrypted))
    except ValueError:
        raise NotGenuine from None
    end = 20 + int.from_bytes(content[16:20], "big")
    padding = content[-1] if content else 0
    if not 1 <= padding <= 32 or content[end:-padding] != settings.app_id.encode():
        raise NotGenuine
    return content[20:end]


def _said(kind: str, fields: Fields) -> tuple[Said, dict[str, Any]]:
    match kind:
        case "text":
            return Said.TEXT, {"text": fields.get("Content", "")}
        case "voice":
            return Said.VOICE, {"text": fields.get("Recognition", "")}
        case "image":
            return Said.PHOTO, {"photos": (Photo(fields["MediaId"]),) if fields.get("MediaId") else ()}
        case "location":
            return Said.PLACE, {"place": _place(fields)}
    return Said.UNKNOWN, {}


def _place(fields: Fields) -> Place:
    """A place as WeChat's map gives it; the caller turns GCJ-02 into WGS-84 and keeps both."""
    try:
        latitude, longitude = float(fields["Location_X"]), float(fields["Location_Y"])
    except (KeyError, ValueError):
        raise Unreadable("no place") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Unreadable("no such place")
    return Place(latitude, longitude, "gcj02", fields.get("Label", ""))


def _event(fields: Fields, at: datetime) -> Inbound | Receipt | None:
    event, key, sender = fields.get("Event", "").lower(), fields.get("EventKey", ""), fields["FromUserName"]
    if event in ("templatesendjobfinish", "subscribe_msg_sent_event"):
        return _receipt(fields, at)
    said = EVENTS.get(event)
    if said is None:
        return None
    id_ = f"{sender}:{fields['CreateTime']}:{event}:{key}"
    text = key if event == "click" else _scene(key)
    return Inbound(Channel.WECHAT, NAME, id_, sender, fields.get("ToUserName", ""), said, at, text=text)


def _scene(key: str) -> str:
    """What a scanned code says; a mere number is no word, and must not pass for an answer to a question."""
    scene = key.removeprefix(SCENE)
    return "" if scene.isdigit() else scene


def _receipt(fields: Fields, at: datetime) -> Receipt | None:
    """What became of a message by template or subscription; nothing where no id says which."""
    number = fields.get("MsgID") or fields.get(f"{SENT}MsgID")
    told = fields.get("Status") or fields.get(f"{SENT}ErrorStatus", "")
    if not number:
        return None
    if told.lower() == "success":
        return Receipt(NAME, number, Delivery.DELIVERED, at)
    return Receipt(NAME, number, Delivery.FAILED, at, reason=told)


def _moment(text: str) -> datetime:
    if not re.fullmatch("[0-9]{1,10}", text):
        raise Unreadable("no CreateTime")
    return datetime.fromtimestamp(int(text), UTC)


def settings_from(environ: Mapping[str, str]) -> WeChat | None:
    """The account where it is configured; ValueError where half of it is."""
    token, app_id, aes_key = (environ.get(f"WECHAT_{name}", "") for name in ("TOKEN", "APP_ID", "AES_KEY"))
    if not token:
        return None
    in_plain = environ.get("WECHAT_PLAIN") == "1"
    if not app_id or not re.fullmatch("[A-Za-z0-9+/]{43}" if aes_key or not in_plain else "", aes_key):
        raise ValueError("WECHAT_TOKEN needs WECHAT_APP_ID and WECHAT_AES_KEY (43 letters and digits)")
    account, secret = environ.get("WECHAT_ACCOUNT", ""), environ.get("WECHAT_APP_SECRET", "")
    file = environ.get("WECHAT_TEMPLATES")
    templates = templates_from(Path(file)) if file else {}
    return WeChat(token, aes_key, app_id, account, secret, in_plain, environ.get("WECHAT_API_URL", ""), templates)


def templates_from(file: Path) -> dict[str, Template]:
    """The subscription templates of a TOML file, by step; ValueError names the step that is wrong."""
    found = {}
    for step, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
        try:
            found[step] = Template(str(entry["id"]), {str(name): str(value) for name, value in entry["fields"].items()})
        except (KeyError, TypeError, AttributeError):
            raise ValueError(f"{file.name}: [{step}] needs id and fields") from None
    return found
