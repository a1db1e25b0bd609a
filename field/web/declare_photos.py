"""申报的照片: takes in what a visitor sends, keeps what is a photograph, and says politely why another is not."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from field import clock
from field.at_hand import vault
from field.db import transact
from field.media.photo import MAX_BYTES, NotEvidence, Photo, inspect
from field.messaging import declare_draft
from field.monitoring.visiting import evidence
from field.web.declare_sheet import sheet_of

MOST = 9
LARGEST = 4 * MAX_BYTES  # of one sending; with script each photograph comes by itself, and smaller


class Taken(NamedTuple):
    """收到的: the digests of all photographs of the form, and why others were not kept."""

    kept: list[str]
    refused: list[str]


def take(token: str, files: Sequence[FileStorage]) -> Taken:
    """Keep the photographs among the files, each once, nine at most; the bytes first, then that they are there."""
    sound: list[Photo] = []
    refused: list[str] = []
    sent: dict[str, bytes] = {}
    given = [file for file in files if file.filename]
    room = transact(lambda session: _room(session, token, len(given)))
    if room < len(given):
        refused.append(_("今天从这个网络收的照片太多了，有 %(left)s 张没有收下。", left=len(given) - room))
    for place, file in enumerate(given[:room], 1):
        data = file.stream.read(MAX_BYTES + 1)
        try:
            photo = inspect(data)
        except NotEvidence as error:
            refused.append(_("第 %(place)s 张没有收下：%(why)s", place=place, why=error.message))
            continue
        vault().put(photo.sha256, data)
        sent[photo.sha256] = data
        sound.append(photo)
    kept, left = transact(lambda session: _note(session, token, sound))
    for digest, data in sent.items():
        vault().put(digest, data)  # once more, where the same was being cleared away as it came
    if left:
        refused.append(_("最多 %(most)s 张照片，多出的 %(left)s 张没有收下。", most=MOST, left=left))
    return Taken(kept, refused)


def drop(token: str, digest: str) -> None:
    """去掉: the form names a photograph no more."""

    def work(session: Session) -> None:
        now = clock.now()
        if sheet := sheet_of(session, token, now, lock=True):
            kept = [one for one in sheet.answers.get("photos", []) if one != digest]
            answers = sheet.answers | {"photos": kept}
            declare_draft.keep(session, sheet.draft, sheet.state | {"answers": answers}, now)

    transact(work)


def _room(session: Session, token: str, wanted: int) -> int:
    """Counted before any byte is kept, so that nobody fills the disk."""
    now = clock.now()
    sheet = sheet_of(session, token, now, lock=True)
    if sheet is None or not sheet.begun or not wanted:
        return 0
    return declare_draft.take_room(session, sheet.draft, wanted, now)


def _note(session: Session, token: str, photos: Sequence[Photo]) -> tuple[list[str], int]:
    now = clock.now()
    sheet = sheet_of(session, token, now, lock=True)
    if sheet is None or sheet.number:
        return [], 0
    before = sheet.answers.get("photos", [])
    wanted = list(dict.fromkeys([*before, *(photo.sha256 for photo in photos)]))
    kept = wanted[:MOST]
    for photo in photos:
        if photo.sha256 in kept:
            evidence.take_in(session, photo, sheet.actor, now)
    declare_draft.keep(session, sheet.draft, sheet.state | {"answers": sheet.answers | {"photos": kept}}, now)
    return kept, len(wanted) - len(kept)
