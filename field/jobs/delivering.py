"""送达部门: one signed message a piece of news, as Standard Webhooks have it, tried again for three days."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import requests
from sqlalchemy.orm import Session

from field.calling import within
from field.monitoring.webhooks import MARK, Webhook
from field.registry import regions
from field.registry.households import Household
from field.registry.staff import Staff
from field.work import Assignment, GiveUp, Later

SECONDS = 10.0  # for a whole call, however slowly the receiver answers
AWAY, IN_VAIN = "连不上", "三天都没有送到"
SOONEST, LATEST, KEPT = timedelta(seconds=30), timedelta(hours=1), timedelta(days=3)
NONE = timedelta()


def deliver(task: Assignment) -> dict[str, Any]:
    """What the worker does: hand over one piece of news; the same id at each try, so that a second one is known."""
    said, now = task.payload, task.clock()
    with task.begin() as session:
        hook = session.get_one(Webhook, said["webhook_id"])
        if hook.revoked_at or not session.get_one(Staff, hook.staff_id).served_at(hook.region, now):
            raise GiveUp("这个回调已经停用")
        since = datetime.fromisoformat(said["at"])
        waited = now - since
        if hook.trouble == AWAY and hook.told_at and (rest := hook.told_at + _pause(hook.told_at - since) - now) > NONE:
            raise Later(rest) if waited <= KEPT else GiveUp(IN_VAIN)  # left alone for a while; others go first
        body = json.dumps(_told(session, said), ensure_ascii=False).encode()
        url, secret = hook.url, hook.secret
    status = _sent(url, secret, task.id, body, now)
    taken, gone = status is not None and status < 300, status == requests.codes.gone
    with task.begin() as session:
        hook = session.get_one(Webhook, said["webhook_id"])
        hook.told_at = now
        hook.trouble = None if taken else f"对方答复 {status}" if status else AWAY
        hook.revoked_at = now if gone else hook.revoked_at
        session.commit()
    if taken:
        return {"status": status}
    if gone or waited > KEPT:
        raise GiveUp("对方说不再接收，回调已停用" if gone else IN_VAIN)
    raise Later(_pause(waited))


def _pause(waited: timedelta) -> timedelta:
    """The longer in vain, the longer until the next try."""
    return min(max(waited, SOONEST), LATEST)


def signature(secret: str, message_id: str, moment: int, body: bytes) -> str:
    """The value of `webhook-signature`: HMAC-SHA-256 over id, second and body (standardwebhooks.com)."""
    key = base64.b64decode(secret.removeprefix(MARK))
    signed = f"{message_id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _sent(url: str, secret: str, message_id: str, body: bytes, now: datetime) -> int | None:
    """The receiver's status; None where it cannot be reached."""
    moment = int(now.timestamp())
    headers = {
        "Content-Type": "application/json", "User-Agent": "field", "webhook-id": message_id,
        "webhook-timestamp": str(moment), "webhook-signature": signature(secret, message_id, moment, body),
    }  # fmt: skip
    try:
        more: Any = {"timeout": SECONDS, "allow_redirects": False, "stream": True}
        with within(SECONDS) as calls, calls.post(url, data=body, headers=headers, **more) as answer:
            return answer.status_code
    except requests.RequestException:
        return None


def _told(session: Session, said: dict[str, Any]) -> dict[str, Any]:
    """What a department needs to find the household, and no more: no number, no telephone, no amount."""
    home = session.get_one(Household, said["household_id"])
    names = regions.names(session, {home.region, home.region[:9]})
    return {
        "type": said["type"], "timestamp": said["at"],
        "data": {
            "number": home.number, "head": home.head, "region": home.region, "village": names.get(home.region, ""),
            "town": names.get(home.region[:9], ""), "kind": home.kind, "risk_factors": home.risk_factors,
            "identified_on": home.identified_on.isoformat() if home.identified_on else None,
            "receipt": said["receipt"],
        },
    }  # fmt: skip
