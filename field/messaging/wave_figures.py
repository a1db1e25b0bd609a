"""回访的账: what a wave would cost before it is started, and how far the waves of a region have come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import Session

from field.codes import Channel
from field.messaging.asking import REMIND, opening_words
from field.messaging.conversations import Purpose
from field.messaging.dialogs.engine import final
from field.messaging.dialogs.loading import library
from field.messaging.outbox import RULES, Cost, OutboundMessage, units
from field.messaging.sending_rules import Fate, Rules
from field.monitoring.workers.checkin_requests import CheckinRequest, CheckinWave, Outcome
from field.monitoring.workers.due_checkins import Due
from field.registry.regions import in_region

LONGEST_NAME, LONGEST_COUNTY = "欧", "某某某某自治县"
GONE = (Fate.SENT.value, Fate.DELIVERED.value)


class Estimate(NamedTuple):
    """预计费用: SMS to be sent, their segments with the signature, and 分; `most` with a reminder to everybody."""

    messages: int
    units: int
    cost: int
    most: int


class Progress(NamedTuple):
    """一批回访的进展: how many were planned, asked, have answered and so on, and what it cost so far."""

    wave: CheckinWave
    planned: int
    asked: int
    outcomes: Mapping[str, int]
    cost: Cost

    @property
    def open(self) -> int:
        """How many are not over."""
        return self.planned - sum(self.outcomes.values())

    def ended(self, outcome: Outcome) -> int:
        """How many ended so."""
        return self.outcomes.get(outcome.value, 0)


def estimate(several: Sequence[Due], providers: Mapping[str, str], now: datetime, rules: Rules = RULES) -> Estimate:
    """What asking these would cost at most, each wording at its longest and with the signature before it."""
    count = sum(one.channel == Channel.SMS.value for one in several)
    dialog = library().dialog(Purpose.CHECKIN.value)
    asked = opening_words(LONGEST_COUNTY, LONGEST_NAME, Channel.SMS.value, dialog, now).text
    names = {"name": LONGEST_NAME, "county": LONGEST_COUNTY}
    reminder = final(dialog, REMIND, names).text if REMIND in dialog.steps else asked
    provider = providers.get(Channel.SMS.value, "")
    first, second = units(provider, asked), units(provider, reminder)
    each = rules.cost(provider, 1)
    return Estimate(count, count * first, count * first * each, count * (first + second) * each)


def progress(session: Session, region: str, most: int = 12) -> list[Progress]:
    """The latest waves of a region and of those within it."""
    recent = select(CheckinWave).where(in_region(CheckinWave.region, region)).order_by(CheckinWave.started_at.desc())
    waves = session.scalars(recent.limit(most)).all()
    ids = [wave.id for wave in waves]
    outcomes, costs = _outcomes(session, ids), _costs(session, ids)
    return [_progress(wave, outcomes.get(wave.id, []), costs.get(wave.id, Cost(0, 0, 0))) for wave in waves]


def _progress(wave: CheckinWave, rows: Sequence[Any], cost: Cost) -> Progress:
    ended = {row.outcome: row.planned for row in rows if row.outcome}
    return Progress(wave, sum(row.planned for row in rows), sum(row.asked for row in rows), ended, cost)


def _outcomes(session: Session, ids: Sequence[str]) -> dict[str, list[Any]]:
    of = CheckinRequest
    counts = func.count().label("planned"), func.count(of.asked_at).label("asked")
    rows = select(of.wave_id, of.outcome, *counts).where(of.wave_id.in_(ids)).group_by(of.wave_id, of.outcome)
    found: dict[str, list[Any]] = {}
    for row in session.execute(rows):
        found.setdefault(row.wave_id, []).append(row)
    return found


def _costs(session: Session, ids: Sequence[str]) -> dict[str, Cost]:
    """What went out for each wave; its messages are found by their keys."""
    asked = literal("wave:") + CheckinRequest.wave_id + ":" + CheckinRequest.person_id
    both = union_all(_sent(ids, asked), _sent(ids, asked + f":{REMIND}")).subquery()
    sums = func.count(), func.sum(both.c.units), func.sum(both.c.cost)
    rows = session.execute(select(both.c.wave_id, *sums).group_by(both.c.wave_id))
    return {wave: Cost(messages, int(units), int(cost)) for wave, messages, units, cost in rows}


def _sent(ids: Sequence[str], key: ColumnElement[str]) -> Any:
    columns = CheckinRequest.wave_id, OutboundMessage.units, OutboundMessage.cost
    rows = select(*columns).join(OutboundMessage, OutboundMessage.key == key)
    return rows.where(CheckinRequest.wave_id.in_(ids), OutboundMessage.state.in_(GONE))
