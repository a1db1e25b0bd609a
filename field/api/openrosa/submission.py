"""提交: a filled form and its photographs become a visit, judged and recorded as from our own phone form."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import Response, request
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from field import clock
from field.api.openrosa import answers, parcels
from field.api.openrosa.reading import Filled, Unreadable, read
from field.api.openrosa.sheets import FORM
from field.api.openrosa.telling import message
from field.db import db, transact
from field.ledger.receipts import number
from field.media.photo import MAX_BYTES
from field.monitoring.repeats import OtherContent
from field.monitoring.visiting.visit_rules import faults, plain
from field.monitoring.visiting.visits import Faulty, Recorded, record_visit
from field.problems import Problem
from field.registry.households import Household
from field.registry.rights import Actor

FORM_BYTES, BESIDE = 256 * 1024, 1024 * 1024
TAKES = MAX_BYTES + BESIDE  # what one sending may hold, as it is told to who asks
NOBODY = "00000000-0000-0000-0000-000000000000"


class Sent(NamedTuple):
    """一次提交: the form, its instanceID, and the photographs that came along."""

    form: Filled
    instance: str
    photos: list[FileStorage]


def submit(by: Actor) -> Response:
    """Keep what came; once all is here, it is a visit. The same again is told the same."""
    if "X-OpenRosa-Version" not in request.headers:  # which no form on somebody else's page can send
        raise Problem(400, "openrosa_version", "请用 ODK Collect 提交")
    sent = _sent()
    came = parcels.take(sent.photos, by)
    if "*isIncomplete*" in request.form:
        parcels.remember(came, sent.instance, by)
        return message("这一部分收到了，请接着传", 201)
    recorded = _record(sent, came, by)
    taken = "没有入账，已交乡镇核收" if recorded.held else "已入账"
    return message(f"{taken}，回执号 {number(recorded.entry.hash)}", 201)


def _sent() -> Sent:
    request.max_content_length = TAKES + 1  # which itself is refused: it counts as having gone on
    try:
        files = request.files
    except OSError as error:
        raise Problem(400, "cut", "内容没有传完，请再传一次") from error
    form = _form(files.get("xml_submission_file"))
    instance = form.one("meta").said("instanceID")
    if form.told.get("id") != FORM or not 1 <= len(instance) <= 200:
        raise Problem(400, "other_form", "这不是本系统的走访表，请重新下载表单")
    named = set(answers.pictures(form))
    return Sent(form, instance, [file for file in files.values() if file.filename in named])


def _form(file: FileStorage | None) -> Filled:
    data = file.stream.read(FORM_BYTES + 1) if file else b""
    if len(data) > FORM_BYTES:
        raise Problem(413, "too_large", "表单太大，没有保存")
    try:
        return read(data)
    except Unreadable as error:
        raise Problem(400, "no_form", "内容不是填好的走访表") from error


def _record(sent: Sent, came: Mapping[str, str], by: Actor) -> Recorded:
    visit = plain(answers.visit_of(sent.form, sent.instance, _household(sent.form), _digests(sent, came, by)))
    if found := faults(visit):
        raise Problem(422, "invalid", "有几处需要改一下", found)
    now = clock.now()
    try:
        return transact(lambda session: record_visit(session, visit, by, now))
    except Faulty as error:
        raise Problem(422, "invalid", "有几处需要改一下", error.faults) from error
    except OtherContent as error:
        raise Problem(409, "other_content", "这次走访已经入账，内容和这次交的不一样") from error


def _digests(sent: Sent, came: Mapping[str, str], by: Actor) -> dict[str, str]:
    """The digests of all photographs that the form names, those too that came before it."""
    wanted = answers.pictures(sent.form)
    digests = parcels.remembered([name for name in wanted if name not in came], sent.instance, by) | dict(came)
    if lost := [name for name in wanted if name not in digests]:
        raise Problem(422, "photo_missing", f"照片没有传到，请再传一次：{'、'.join(lost)[:200]}")
    return digests


def _household(form: Filled) -> str:
    """Which household: chosen or by its number; whether it is there and the actor's is asked with the visit alone."""
    if form.said("find") != "number":
        return form.said("household")
    return db.session.scalar(select(Household.id).where(Household.number == form.said("number"))) or NOBODY
