"""来往的话: a conversation as a page shows it, turn by turn, masked."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from field.codes import Channel, EntryKind
from field.labels import Word
from field.ledger.receipts import number
from field.messaging.conversations import Dialog, Purpose
from field.messaging.messages import Said
from field.messaging.outbox import OutboundMessage
from field.messaging.sending_rules import Fate
from field.messaging.sending_rules import Purpose as Why
from field.messaging.threads import BY_THE_WAY, DECLARED, OF_A_DIALOG, Thread
from field.messaging.understanding.masking import masked
from field.monitoring.leads.leads import Lead
from field.registry.candidates import Ground

OUTCOMES = {
    "declared": Word("已申报"),
    "checked_in": Word("已回访"),
    "unchanged": Word("和上次一样"),
    "declined": Word("不方便说"),
    "stopped": Word("已退订"),
    "gave_up": Word("没有说清楚，请人来接着问"),
    "too_many": Word("没有说清楚；当天不认得的来信太多，没有派人"),
    "expired": Word("到时没有回答"),
    "moved": Word("换了渠道接着说"),
    "ended": Word("已结束"),
    "bind_claimed": Word("已登记绑定"),
    "asked_help": Word("求助"),
    "code_given": Word("已回验证码"),
    "no_code": Word("没收到验证码，请人核对"),
    "withdrawn": Word("说不绑了"),
    "agreed": Word("说是本人"),
    "denied": Word("说不是本人"),
    "not_me": Word("说打错了"),
    "verified": Word("已绑定"),
    "unbound": Word("号码不再归他"),
    "call": Word("请干部打电话问"),
    "silent": Word("一直没有回音"),
}
SAID = {
    Said.PHOTO: Word("照片"),
    Said.VOICE: Word("语音"),
    Said.PLACE: Word("位置"),
    Said.FOLLOWED: Word("关注"),
    Said.LEFT: Word("取消关注"),
    Said.CLICKED: Word("点了菜单"),
    Said.UNKNOWN: Word("看不懂的内容"),
}
HEARD = {"danger": Word("说到不想活，请马上联系"), "question": Word("问办事的事"), "voice": Word("语音没听出来")}
UNHEARD = Word("语音，没听出是什么话")
LABELS = {"channels": Channel.labels(), "fates": Fate.labels(), "reasons": Why.labels()}


MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")


class Turn(NamedTuple):
    """一句: what one side said, when, with what; what is known of its way only where we said it."""

    at: datetime
    theirs: bool
    text: str
    kind: str
    place: str
    photos: Sequence[str]
    hidden: int
    went: OutboundMessage | None


class Talk(NamedTuple):
    """一次对话: what it was for, how far it came, and what stands in the ledger of it."""

    purpose: str
    opened_at: datetime
    state: str
    receipt: str
    kind: str
    lead: Lead | None


def turns(found: Thread, may_see: set[str]) -> list[Turn]:
    """Both sides in the order of time, then of their ids; a code that was sent is not shown, not even to staff."""
    several = [
        (one.id, Turn(
            one.received_at,
            True,
            hidden(one.text_masked),
            UNHEARD if one.said == Said.VOICE and not one.text_masked else SAID.get(Said(one.said), ""),
            _place(one.place),
            [digest for digest in one.photos if digest in may_see],
            len(set(one.photos) - may_see),
            None,
        ))
        for one in found.came
    ]  # fmt: skip
    several += [(one.id, Turn(one.created_at, False, _told(one), "", "", (), 0, one)) for one in found.went]
    return [turn for _id, turn in sorted(several, key=lambda each: (each[1].at, each[0]))]


def hidden(text: str) -> str:
    """The text with identity, bank and mobile numbers masked."""
    return MOBILE.sub(r"\1****\2", masked(text))


def spoken(found: Thread) -> list[Talk]:
    """对话 of a conversation with their outcome, their entry and their lead."""
    entries = {entry.idempotency_key: entry for entry in found.entries}
    leads = {(lead.chain_id, lead.seq): lead for lead in found.leads}
    talks = []
    for dialog in found.dialogs:
        entry = next((one for prefix in OF_A_DIALOG if (one := entries.get(prefix + dialog.id))), None)
        told = (number(entry.hash), EntryKind.label_of(entry.kind)) if entry else ("", "")
        lead = leads.get((entry.chain_id, entry.seq)) if entry else None
        talks.append(Talk(Purpose.label_of(dialog.purpose), dialog.opened_at, _state(dialog), *told, lead))
    for why, entry in ((why, one) for one in found.entries for why in BY_THE_WAY if f":{why}:" in one.idempotency_key):
        lead = leads.get((entry.chain_id, entry.seq))
        talks.append(Talk(EntryKind.label_of(entry.kind), entry.occurred_at, HEARD[why], number(entry.hash), "", lead))
    return sorted(talks, key=lambda talk: talk.opened_at)


def declared_for_itself(found: Thread) -> Callable[[Lead], bool]:
    """Whether a lead of the conversation speaks of the sender, and not of somebody whom the sender only helped."""
    helping = {DECLARED + one.id for one in found.dialogs if (one.state.get("answers") or {}).get("helping")}
    others = {(entry.chain_id, entry.seq) for entry in found.entries if entry.idempotency_key in helping}
    return lambda lead: (lead.chain_id, lead.seq) not in others


def said_to_be(claims: Iterable[Mapping[str, Any]]) -> list[str]:
    """自称, in one line each."""
    parts = ("name", "town", "village", "last4")
    return [" ".join(str(claim[part]) for part in parts if claim.get(part)) for claim in claims]


def why(ground: Ground) -> str:
    """A ground with its sign, never by colour alone."""
    return ("✗ " if ground.value.startswith("other_") else "✓ ") + ground.label


def _state(dialog: Dialog) -> str:
    if dialog.closed_at is None:
        return str(_("还在进行，等对方回答"))
    return OUTCOMES.get(dialog.outcome or "", dialog.outcome or "")


def _told(one: OutboundMessage) -> str:
    return str(_("（验证码，不显示）")) if one.purpose == Why.CODE else hidden(one.text)


def _place(place: Mapping[str, Any] | None) -> str:
    return str(place.get("label") or _("发来了位置")) if place else ""
