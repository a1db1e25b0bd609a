"""回话: what is said to one message, whatever was being talked about; the dialogs go on by it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from field.messaging import conversations, inbox, pictures
from field.messaging.conversations import INTERRUPTED, Purpose, Standing
from field.messaging.conversations import Dialog as Kept
from field.messaging.dialogs.engine import (
    Heard,
    Say,
    Senses,
    Turn,
    begin,
    calls_it_off,
    final,
    go_on,
    repeat,
    take_along,
    tell,
    tells_of,
    which,
)
from field.messaging.dialogs.identity import identity
from field.messaging.dialogs.loading import library
from field.messaging.dialogs.shapes import bare
from field.messaging.happenings import CLOSING, call_today, happened, of_one_household
from field.messaging.messages import Said
from field.messaging.progress import progress
from field.messaging.scene import Scene, place_name
from field.messaging.understanding.danger import in_danger
from field.messaging.understanding.questions import without_question
from field.messaging.understanding.states import is_advert
from field.messaging.understanding.understand import understand
from field.monitoring.workdays import SHANGHAI
from field.registry import consent
from field.registry.contacts import may_try
from field.registry.households import Person
from field.registry.villages import towns_with

DAY, MOST_TALKS = timedelta(days=1), 20
WORDLESS = frozenset({Said.UNKNOWN, Said.CLICKED})  # what is no word is no wrong answer either
NOTHING_YET = ("words.progress_none", "words.progress_unbound")
UNHEARD = "（发来语音，没听出是什么话）"


def reply(scene: Scene) -> Sequence[Say]:
    """What is said to a message: words of a life in danger go before all else."""
    if in_danger(scene.text):
        return [_in_danger(scene)]
    unheard = scene.inbound.said is Said.VOICE and not scene.text.strip()
    return _unheard(scene) if unheard else _heard(scene)


def _heard(scene: Scene) -> Sequence[Say]:
    if scene.inbound.said is Said.LEFT:
        consent.opt_out(scene.session, scene.channel, scene.index, scene.now)
        return []
    going_on, late = _open(scene)
    dialogs = library().current
    words = dialogs[0].words
    command, followed = words.command(scene.text), scene.inbound.said is Said.FOLLOWED
    if followed or command == "again":
        consent.opt_in(scene.session, scene.channel, scene.index)
        if command or not scene.text.strip():  # by a poster's code, with its word, a talk begins at once
            said = _tell(scene, "greeting" if followed else "again_subscribed")
            return [said, *_waiting(scene, list(going_on.values()))]
    wanted = which([purpose.value for purpose in going_on], scene.text, dialogs)
    if wanted == "stop":
        consent.opt_out(scene.session, scene.channel, scene.index, scene.now)
        return [_tell(scene, "stopped")]
    if wanted in (None, "help", "progress") and not going_on:
        return _alone(scene, wanted)
    if going_on and scene.inbound.said in WORDLESS and not scene.text.strip():
        return _waiting(scene, list(going_on.values()))
    purpose = Purpose(wanted) if wanted in list(Purpose) else next(iter(going_on))
    if purpose not in going_on:
        says = _begin(scene, purpose)
        return says if scene.message.dialog_id else [*says, *_waiting(scene, list(going_on.values()))]
    if late and scene.text and not command:
        return [_tell(scene, "expired"), *_waiting(scene, list(going_on.values()))]
    others = [kept for one, kept in going_on.items() if one is not purpose and not kept.expired(scene.now)]
    return _go_on(scene, going_on[purpose], others)


def _in_danger(scene: Scene) -> Say:
    """有生命危险: whatever is being talked about waits; people are called at once, once a day for each sender."""
    going_on = conversations.open_dialogs(scene.session, scene.channel, scene.index, scene.person_id)
    claim = _said_to_be(scene.text, going_on.values())
    whose = scene.contact or of_one_household(scene) or scene.region_of(None, claim)
    named = claim.get("name", "") if isinstance(whose, str) else ""
    call_today(scene, whose, "danger", "/".join(filter(None, (named, scene.note))))
    for kept in going_on.values():
        dialog = library().dialog(kept.purpose, kept.state.get("version"))
        context = scene.context(kept.person_id)
        conversations.interrupt(kept, take_along(dialog, kept.state, scene.text, context, scene.now))
    return _tell(scene, "danger")


def _said_to_be(text: str, going_on: Iterable[Kept]) -> dict[str, str]:
    """Who a stranger says to be: of words of dying the village alone, of what is being talked about all of it."""
    told = {part: said for part, said in identity(text).items() if part == "village"}
    for kept in going_on:
        answers = kept.state.get("answers", {})
        told |= answers.get("claim") or answers.get("claim?") or {}
    return told


def _unheard(scene: Scene) -> Sequence[Say]:
    """没听出来的语音: says so, and asks again what waits; whoever is known is called, once a day, and may not write."""
    if whose := scene.contact or of_one_household(scene):
        call_today(scene, whose, "voice", UNHEARD)
    going_on, _late = _open(scene)
    return [_tell(scene, "unheard"), *_waiting(scene, list(going_on.values()))]


def _own_words(scene: Scene) -> Sequence[Say]:
    """不问自说: a hardship begins a declaration, news of who is known a check-in; both hear what was said already."""
    said = understand(scene.text, on=scene.now.astimezone(SHANGHAI).date())
    declare = library().dialog(Purpose.DECLARE.value)
    if not is_advert(scene.text) and tells_of(declare, scene.text):
        return _begin(scene, Purpose.DECLARE, hear=True)
    if said.asks_help:  # 揭不开锅了: of what kind is still to be asked
        return _begin(scene, Purpose.DECLARE)
    news = said.not_me or said.for_people or said.phone or said.place or said.income_min or said.work
    return _begin(scene, Purpose.CHECKIN, hear=True) if news and scene.contact else []


def _alone(scene: Scene, wanted: str | None) -> Sequence[Say]:
    """What is said where nothing is being talked about."""
    words = library().current[0].words
    if wanted == "progress":
        return [_progress(scene)]
    if wanted is None and (begun := _own_words(scene)):
        return begun
    since = scene.session, scene.channel, scene.index, scene.now - DAY
    calls_off = calls_it_off(library().dialog(Purpose.DECLARE.value), scene.text)
    if (scene.photos or calls_off) and (declared := conversations.declared_since(*since)):
        scene.message.dialog_id = declared  # by which a photograph is put beside the declaration once it is fetched
        return [_tell(scene, "declared_already" if calls_off else "photo_added")]
    asks = words.command(scene.text) == "person" or without_question(scene.text) is not None
    if wanted is None and asks and (whose := of_one_household(scene)):
        call_today(scene, whose, "question", scene.note)
        return [_tell(scene, "progress_told")]
    if bare(scene.text) in words.replies.thanks:
        return [_tell(scene, "thanked")]
    seen = [_tell(scene, "photo")] if scene.place else []
    more = [_tell(scene, "help")] if wanted == "help" else []
    return [*seen, _tell(scene, "photo_alone" if scene.photos else "greeting"), *more]


def _open(scene: Scene) -> tuple[dict[Purpose, Kept], bool]:
    """The dialogs that still wait for an answer; one that waited too long says so once, if no other waits.

    The second is true where the question asked last is one of those that no longer wait: what is said now may answer
    that one, and is taken for no other's answer.
    """
    going_on = conversations.open_dialogs(scene.session, scene.channel, scene.index, scene.person_id)
    for kept in going_on.values():
        _follow_merged(scene, kept)
    for purpose in [purpose for purpose, kept in going_on.items() if _another_holds(scene, kept)]:
        conversations.close(going_on.pop(purpose), "unbound", scene.now)
    last = max(going_on.values(), key=lambda kept: kept.changed_at, default=None)
    waits = any(not kept.expired(scene.now) for kept in going_on.values())
    for purpose, kept in list(going_on.items()):
        if kept.forgotten(scene.now) or (waits and kept.expired(scene.now)):
            conversations.close(kept, "expired", scene.now)
            del going_on[purpose]
    return going_on, last is not None and last.closed_at is not None


def _follow_merged(scene: Scene, kept: Kept) -> None:
    """A talk with who was merged into somebody else goes on with that one, where the address went along."""
    if kept.person_id is not None and scene.holder(kept.person_id) is None:
        into = scene.session.scalar(select(Person.merged_into).where(Person.id == kept.person_id))
        if into and scene.holder(into):
            kept.person_id = into


def _another_holds(scene: Scene, kept: Kept) -> bool:
    """Whether the address is no longer that of the person who was talking; nobody else reads what was said."""
    here = (kept.channel, kept.sender_index) == (scene.channel, scene.index)
    return here and kept.person_id is not None and scene.holder(kept.person_id) is None


def _begin(scene: Scene, purpose: Purpose, *, hear: bool = False) -> Sequence[Say]:
    """The first question of a dialog; with `hear` the message is its answer already."""
    if purpose is Purpose.CHECKIN and not scene.holders:
        return [_tell(scene, "bind_first")]
    if purpose is Purpose.BIND and scene.contact:
        return [_tell(scene, "already_bound")]
    if purpose is Purpose.DECLARE and _too_many(scene):
        return [_tell(scene, "enough")]
    if purpose is Purpose.BIND and not may_try(scene.session, scene.channel, scene.message.sender, scene.now):
        return [_tell(scene, "enough")]
    dialog = library().dialog(purpose.value)
    given = pictures.sent_before(scene) if purpose is Purpose.DECLARE else {}
    turn = begin(dialog, scene.context(), scene.now, Heard(scene.text), given)
    if turn.state is None or turn.expires_at is None:
        return turn.says
    standing = Standing(turn.state, turn.step, turn.expires_at)
    kept = conversations.begin(scene.session, purpose, scene.channel, scene.index, standing, scene.now, scene.person_id)
    scene.message.dialog_id = kept.id
    pictures.belong(scene.session, given, kept.id)
    return _go_on(scene, kept, ()) if hear else turn.says


def _too_many(scene: Scene) -> bool:
    """Whether one sender has begun so many talks within a day that no village could look into more."""
    return inbox.talks_since(scene.session, scene.channel, scene.index, scene.now - DAY) >= MOST_TALKS


def _go_on(scene: Scene, kept: Kept, others: Sequence[Kept]) -> Sequence[Say]:
    scene.message.dialog_id = kept.id
    dialog = library().dialog(kept.purpose, kept.state.get("version"))
    if kept.state.get(INTERRUPTED) and scene.text.strip() and not dialog.words.command(scene.text):
        return _waiting(scene, [kept])
    heard = Heard(scene.text, scene.photos, scene.place)
    context = scene.context(kept.person_id)
    hears = partial(understand, on=scene.now.astimezone(SHANGHAI).date(), known_place=context["place_code"])
    towns = partial(towns_with, scene.session)
    senses = Senses(hears, place_name=partial(place_name, scene.session), towns=towns, starts=library().starts)
    turn = go_on(dialog, kept.state, heard, context, scene.now, senses)
    extra = []
    if any(event.kind == "progress" for event in turn.events):
        told = _progress(scene)
        begun = dialog.name == Purpose.DECLARE and told.step in NOTHING_YET
        extra = [_tell(scene, "progress_unfinished") if begun else told]
    _keep(scene, kept, turn)
    said: dict[str, str] = {}
    for event in turn.events:
        said |= happened(scene, kept, event.kind, dict(event.data))
    last = [final(dialog, said.pop(CLOSING, turn.closing), said, scene.channel.value)] if turn.closing else []
    return [*extra, *turn.says, *last, *(_waiting(scene, others) if turn.state is None else ())]


def _waiting(scene: Scene, others: Sequence[Kept]) -> Sequence[Say]:
    """The question of another dialog that still waits, so that the next word is not taken for an answer unasked."""
    if not others or scene.inbound.said is Said.LEFT:
        return ()
    kept = max(others, key=lambda one: library().dialog(one.purpose).rank)
    dialog = library().dialog(kept.purpose, kept.state.get("version"))
    if kept.state.get(INTERRUPTED):
        conversations.interrupt(kept, kept.state, asked_again=True)
    return repeat(dialog, kept.state, scene.context(kept.person_id), scene.now)


def _keep(scene: Scene, kept: Kept, turn: Turn) -> None:
    if turn.state is None or turn.expires_at is None:
        outcome = turn.events[-1].kind if turn.events else "ended"
        conversations.close(kept, outcome, scene.now)
        return
    conversations.keep(kept, Standing(turn.state, turn.step, turn.expires_at), scene.now)


def _progress(scene: Scene) -> Say:
    """进度 in plain words; to who is not bound, that it cannot be told."""
    word, deed = progress(scene)
    return _tell(scene, word, deed=deed)


def _tell(scene: Scene, word: str, **more: str) -> Say:
    """Words that all dialogs share."""
    return tell(library().current[0], word, {"county": scene.county.name, **more}, scene.channel.value)
