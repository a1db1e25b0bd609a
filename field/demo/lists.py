"""演示名单: a screening list with a row for each answer that there can be, a hand-over that waits, and a deputy."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.demo.people import INVENTED
from field.demo.visits import Home
from field.monitoring.posts import deputies
from field.monitoring.posts.caseload import hand_over
from field.monitoring.screening.screening import Filing, answer_rows, file_list
from field.monitoring.screening.screening_decisions import decide, waiting
from field.monitoring.screening.screening_lists import ScreeningList, digest
from field.monitoring.workdays import china_day
from field.registry import idnumber
from field.registry.households import Person
from field.registry.rights import Actor
from field.registry.screening import ScreeningAnswer
from field.registry.screening_reading import packed, read_json
from field.registry.villages import village_names

SENT_AGO, DECIDED_AGO, OFFERED_AGO = timedelta(days=5), timedelta(days=4), timedelta(days=3)
NOBODY = idnumber.make(INVENTED, date(1970, 1, 1), 999)


def send(session: Session, homes: Sequence[Home], actors: Mapping[str, Actor], now: datetime) -> None:
    """报送名单: hospital bills of listed and unlisted people, two with a slip in the name, one with a bad number."""
    by, at = actors["medical"], now - SENT_AGO
    rows = read_json(_rows(session, homes, at), village_names(session, by.region), china_day(at))
    filing = Filing(str(uuid7()), "大额医疗费名单", len(rows), digest(by.username, by.region, packed(rows)))
    listed = file_list(session, filing, None, by, at)
    answer_rows(session, session.get_one(ScreeningList, listed.id), rows, at)
    doubtful, _ = waiting(session, actors["county"], ScreeningAnswer.WAITING, 1, 1)
    for one in doubtful:
        if one.near:
            whom = one.near[0].person.id
            decide(session, one.row.list_id, one.row.row, whom, "电话里核对过", actors["county"], now - DECIDED_AGO)


def offer(session: Session, actors: Mapping[str, Actor], now: datetime) -> None:
    """移交 of a cadre's work, on which the one who takes it over has not answered yet."""
    hand_over(session, "cadre2", "cadre3", "调到镇里工作", "demo:handover", actors["cadre2"], now - OFFERED_AGO)


def stand_in(session: Session, actors: Mapping[str, Actor], now: datetime) -> None:
    """代班 for a week, from today: a cadre who is at a training, and the colleague who has said yes."""
    today = china_day(now)
    asked = deputies.Asked("cadre2", "cadre3", today, today + timedelta(days=6), "到县里培训", str(uuid7()))
    deputies.name_deputy(session, asked, actors["cadre2"], now)
    deputies.answer(session, asked.key, True, actors["cadre3"], now)


def _rows(session: Session, homes: Sequence[Home], at: datetime) -> list[dict[str, Any]]:
    heads = [_head(session, home) for home in homes]
    issued = f"{china_day(at - timedelta(days=12))}"
    rows: list[dict[str, Any]] = [
        {"name": head.name, "id_number": head.id_number, "reason": "medical_cost", "issued_on": issued,
         "amount": 9_000_000 - 400_000 * place, "compliant_amount": 6_000_000 - 300_000 * place,
         "self_paid": 4_200_000 - 200_000 * place}
        for place, head in enumerate(heads)
    ]  # fmt: skip
    for row in rows[-3:]:  # a slip of the pen: the number is somebody's, the name is not quite his
        row["name"] = row["name"][:-1] + ("川" if row["name"][-1] != "川" else "山")
    small = {"amount": 300_000, "compliant_amount": 250_000, "self_paid": 100_000}
    rows[3] |= small
    return [*rows, rows[0], {**rows[1], "name": "何不在", "id_number": NOBODY},
            {**rows[1], "id_number": NOBODY[:-1]}]  # fmt: skip


def _head(session: Session, home: Home) -> Person:
    rows = select(Person).where(Person.household_id == home.id).order_by(Person.position)
    return session.scalars(rows.limit(1)).one()
