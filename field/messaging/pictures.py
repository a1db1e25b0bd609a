"""来信照片: fetched at intake, for providers keep them for days only; then evidence of what was declared."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from field.codes import JobKind
from field.ledger.entries import recorded
from field.media.photo import NotEvidence, inspect
from field.media.vault import Vault
from field.messaging.dialogs.run import MOST_PHOTOS
from field.messaging.inbox import InboundMessage, add_photo, photos_since
from field.messaging.messages import NotThere, Photo, Said, Unreadable
from field.messaging.scene import Scene
from field.monitoring.leads.photos_added import record_photo
from field.monitoring.visiting import evidence
from field.prepared import Prepared
from field.registry.contacts import Contact
from field.work import Assignment, GiveUp, enqueue

Fetch = Callable[[Photo], bytes]
WAITS = timedelta(days=2)  # as long as a step of a declaration; photographs that nothing names stay at least three
DAY, MOST = timedelta(days=1), 60  # messages with photographs of one sender within a day
_alone = Prepared(
    select(InboundMessage.id).where(
        InboundMessage.channel == bindparam("channel"), InboundMessage.sender_index == bindparam("index"),
        InboundMessage.received_at > bindparam("since"), InboundMessage.said == Said.PHOTO.value,
        InboundMessage.dialog_id.is_(None),
    ).order_by(InboundMessage.received_at, InboundMessage.id)
)  # fmt: skip


def plan(scene: Scene) -> None:
    """Have every photograph of a message fetched, within the transaction that keeps the message."""
    if scene.inbound.photos and photos_since(scene.session, scene.channel, scene.index, scene.now - DAY) >= MOST:
        return  # the message is kept, the bytes of a flood are not fetched
    for photo in scene.inbound.photos:
        what = {
            "message": scene.message.id, "provider": scene.inbound.provider, "reference": photo.reference,
            "content_type": photo.content_type,
        }  # fmt: skip
        enqueue(scene.session, JobKind.PHOTO_FETCH, what, scene.now)


def sent_before(scene: Scene) -> dict[str, list[str]]:
    """先发来的照片: what came before a word of the hardship and belongs to no talk yet, as a dialog is given it."""
    whose = {"channel": scene.channel.value, "index": scene.index, "since": scene.now - WAITS}
    earlier = [f"{message_id}:0" for (message_id,) in _alone.rows(scene.session, whose)]
    photos = [*earlier, *scene.photos][-MOST_PHOTOS:]
    return {"photos": photos} if photos else {}


def belong(session: Session, given: Mapping[str, Sequence[str]], dialog_id: str) -> None:
    """The messages in which they came are part of the talk."""
    if ids := [token.partition(":")[0] for token in given.get("photos", ())]:
        session.execute(update(InboundMessage).where(InboundMessage.id.in_(ids)).values(dialog_id=dialog_id))


def arrived(session: Session, tokens: Iterable[str]) -> list[str]:
    """The digests of those photographs that are here; the messages locked, so that none slips between."""
    ids = list(dict.fromkeys(token.partition(":")[0] for token in tokens))
    if not ids:
        return []
    rows = select(InboundMessage).where(InboundMessage.id.in_(ids)).order_by(InboundMessage.id).with_for_update()
    messages = session.scalars(rows.execution_options(populate_existing=True))
    return list(dict.fromkeys(digest for message in messages for digest in message.photos))


def fetch(task: Assignment, vault: Vault, fetchers: Mapping[str, Fetch]) -> dict[str, Any]:
    """取照片: keep the bytes and note them with their message; beside the declaration if that was made meanwhile."""
    what = task.payload
    get = fetchers.get(what["provider"])
    if get is None:
        raise GiveUp("这个渠道没有接通，照片没有取回")
    try:
        data = get(Photo(what["reference"], what["content_type"]))
        digest = sha256(data).hexdigest()
        photo = inspect(data, digest)
    except (NotThere, Unreadable) as error:
        raise GiveUp("照片已经不在了，没有取回") from error
    except NotEvidence as error:
        raise GiveUp(error.message) from error
    vault.put(digest, data)
    with task.begin() as session:
        _keep(session, photo, what["message"], task.clock())
        session.commit()
    vault.put(digest, data)  # once more, where the same was being cleared away as it came
    return {"sha256": digest}


def _keep(session: Session, photo: Any, message_id: str, now: datetime) -> None:
    add_photo(session, message_id, photo.sha256)
    message = session.get_one(InboundMessage, message_id)
    declared = recorded(session, f"declaration:dialog:{message.dialog_id}") if message.dialog_id else None
    evidence.take_in(session, photo, declared.actor if declared else sender(session, message), now)
    if declared and photo.sha256 not in declared.evidence:
        record_photo(session, declared, photo.sha256, now)


def sender(session: Session, message: InboundMessage) -> str:
    """Who sent it, as entries name who acts."""
    contact = session.get(Contact, message.contact_id) if message.contact_id else None
    return f"person:{contact.person_id}" if contact else "stranger"
