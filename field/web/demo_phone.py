"""演示手机: the telephones of an invented household or worker; what they send goes through the real webhooks.

A request of this page waits for another one of the same server: with 2 workers of 32 threads each there is a thread for
it, no transaction is open meanwhile, and a time limit ends the wait.
"""

from datetime import datetime
from hashlib import sha256
from random import Random

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from field import at_hand, clock
from field.auth import allow
from field.codes import Channel
from field.db import db, transact
from field.demo.owners import Owner, owners
from field.demo.pictures import picture
from field.demo.telephone import Telephone
from field.media.photo import MAX_BYTES, NotEvidence, inspect
from field.messaging import first_word
from field.messaging.conversations import Purpose
from field.messaging.first_word import Asked
from field.messaging.hooks import connected
from field.messaging.scene import NOWHERE, known_of
from field.messaging.sending_rules import Purpose as Why
from field.problems import NOT_FOUND, Problem
from field.registry import contacts
from field.registry.regions import county
from field.registry.rights import Right
from field.web.demo_lines import lines
from field.web.demo_providers import STORED

demo_phone = Blueprint("demo_phone", __name__, url_prefix="/demo/phone")
LONGEST = 1600
MENU = {"困难": "我要申报", "进度": "办理进度", "绑定": "绑定"}
QUICK = ("困难", "进度", "绑定", "帮助", "返回", "没有", "1", "0")


@demo_phone.before_request
def _only_in_the_demo() -> None:
    request.max_content_length = MAX_BYTES + 64 * 1024
    if not at_hand.settings().demo or connected().twilio is None or connected().wechat is None:
        raise Problem(*NOT_FOUND)


@demo_phone.get("")
@allow(Right.PUBLIC)
def shown() -> str:
    """Both telephones with what was said so far."""
    session, everybody = db.session(), owners(db.session())
    chosen = _chosen(everybody, request.args.get("who", ""))
    said = {
        "sms": lines(session, Channel.SMS, chosen.number),
        "wechat": lines(session, Channel.WECHAT, chosen.openid),
    }
    return render_template(
        "demo_phone.html", owners=everybody, chosen=chosen, said=said, county=(county(session) or NOWHERE).name,
        menu=MENU, quick=QUICK, told=request.args.get("told", ""),
    )  # fmt: skip


@demo_phone.post("")
@allow(Right.PUBLIC)
def send() -> Response:
    """Send what was written or tapped as the provider would, to where the provider would."""
    chosen, form = _chosen(owners(db.session()), request.form.get("who", "")), request.form
    text = (form.get("quick") or form.get("text", ""))[:LONGEST]
    db.session.remove()  # nothing stays open while the webhook works
    phone = Telephone(at_hand.settings().public_url, chosen.number, chosen.openid)
    by_wechat, act = form.get("channel") == "wechat", form.get("act", "text")
    try:
        photo = _photo(act)
    except NotEvidence:
        return redirect(url_for(".shown", who=chosen.key, told="no_photo"), 303)
    if by_wechat:
        settings = connected().wechat
        assert settings is not None
        sent = phone.wechat(settings, _letter(act, text, form.get("key", ""), chosen, photo))
    else:
        to = connected().twilio
        assert to is not None
        sent = phone.sms(to, text, photo)
    return redirect(url_for(".shown", who=chosen.key, told=None if sent else "not_sent"), 303)


@demo_phone.post("/checkin")
@allow(Right.PUBLIC)
def ask() -> Response:
    """回访: ask whoever owns the telephone now, by the channel chosen, through the outbox."""
    chosen = _chosen(owners(db.session()), request.form.get("who", ""))
    channel = Channel.WECHAT if request.form.get("channel") == "wechat" else Channel.SMS
    address = chosen.openid if channel is Channel.WECHAT else chosen.number
    asked = transact(lambda session: _asked(session, channel, address, clock.now()))
    return redirect(url_for(".shown", who=chosen.key, told=None if asked else "not_asked"), 303)


def _asked(session: Session, channel: Channel, address: str, now: datetime) -> bool:
    contact = contacts.attached(session, channel, address, now).contact
    if contact is None:
        return False
    provider = connected().ways.get(channel, "")
    whom = Asked(channel, address, provider, contact.id, contact.person_id, contact.household_id)
    known = {"bound": True, "county": (county(session) or NOWHERE).name} | known_of(session, contact.person_id)
    return first_word.ask(session, whom, Purpose.CHECKIN, Why.CHECKIN, {}, known, now)


def _chosen(everybody: list[Owner], key: str) -> Owner:
    return next((owner for owner in everybody if owner.key == key), everybody[0])


def _photo(act: str) -> str:
    """The digest of a photograph that was chosen, or drawn; where the demo's providers will find it."""
    file, now = request.files.get("file"), clock.now()
    if act == "receipt":
        data = picture("receipt", now, Random(now.timestamp()))  # noqa: S311 - an invented receipt
    elif act == "photo":
        data = file.read() if file else b""
    else:
        return ""
    digest = sha256(data).hexdigest()
    inspect(data, digest)
    at_hand.vault().put(digest, data, STORED)
    return digest


def _letter(act: str, text: str, key: str, chosen: Owner, photo: str) -> dict[str, str]:
    """What WeChat tells of a thing done in its application."""
    if photo:
        return {"MsgType": "image", "PicUrl": "http://mmbiz.qpic.cn/demo", "MediaId": photo}
    events = {"click": ("CLICK", key), "follow": ("subscribe", ""), "leave": ("unsubscribe", ""), "scan": ("SCAN", key)}
    if act in events:
        event, about = events[act]
        return {"MsgType": "event", "Event": event, "EventKey": about}
    if act == "place":
        at = {"Location_X": f"{chosen.at.latitude:.6f}", "Location_Y": f"{chosen.at.longitude:.6f}"}
        return {"MsgType": "location", **at, "Scale": "16", "Label": "家门口"}
    if act == "voice":
        return {"MsgType": "voice", "MediaId": "demo", "Format": "amr", "Recognition": text}
    return {"MsgType": "text", "Content": text}
