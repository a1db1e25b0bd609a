"""演示来信: what invented households declared and invented workers answered in the last day."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from field.codes import Channel
from field.demo.accounts import CADRE, CADRE2
from field.demo.visits import Home
from field.monitoring.leads import bindings
from field.monitoring.leads.bindings import Deed
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.workers.checkins import CheckedIn, record_checkin, record_silence
from field.registry.contact_rules import Proof
from field.registry.households import Person

NOTICE = "2026-1"
SAID = [
    ("illness", "老婆住院半个月了，自己花了三万多", 3200000), ("accident", "从屋顶摔下来，腿断了，干不了活", 860000),
    ("schooling", "两个娃上大学，学费凑不齐", 1200000), ("housing", "下雨屋里漏，墙裂了", None),
    ("unstable_work", "厂子关了，回家三个月没活干", None), ("disaster", "冰雹把烟叶打光了", 1500000),
    ("water", "水管断了一个月，到山下挑水", None), ("illness", "老人透析，一个月要花四千", 400000),
]  # fmt: skip
ANSWERS = [
    ("440309", "电子厂", 520000, "还在龙华，一个月五千二"), ("330782", "玩具厂", 460000, "在义乌做玩具，四千六"),
    ("420106", "工地", 610000, "到武昌了，工地上，六千出头"), ("350582", "鞋厂", 480000, "晋江鞋厂，四千八"),
]  # fmt: skip
HOUSEHOLD, WORKER = "oDemoHousehold0000000000001", "oDemoWorker0000000000000001"  # their openids
WORKERS, SILENT, STRAYS = 24, 4, 2


class Worker(NamedTuple):
    """务工人员: somebody who works away."""

    person_id: str
    household_id: str


def declare(session: Session, homes: Sequence[Home], now: datetime, rng: Random) -> int:
    """Declarations, some from the cadres' own villages and two of nobody known; how many."""
    near = [home for home in homes if home.region in (CADRE, CADRE2)]
    chosen = [*rng.sample(near, min(4, len(near))), *rng.sample(list(homes), min(len(SAID), len(homes)))]
    for place, (home, at) in enumerate(zip(chosen, _hours(now, len(chosen)), strict=True)):
        risk, words, amount = SAID[place % len(SAID)]
        channel = rng.choice((Channel.WECHAT, Channel.SMS))
        known = home.id if place >= STRAYS else None
        claim = None if known else {"name": rng.choice(("张大姐", "老李")), "village": home.region}
        said = Declared(f"demo:{place}", channel, [risk], words, NOTICE, home.region, known, amount=amount, claim=claim)
        record_declaration(session, said, at)
    return len(chosen)


def check_in(session: Session, workers: Sequence[Worker], now: datetime, rng: Random) -> int:
    """Answers of workers, and the silence of a few; how many entries."""
    chosen = rng.sample(list(workers), min(WORKERS, len(workers)))
    for place, (worker, at) in enumerate(zip(chosen, _hours(now, len(chosen)), strict=True)):
        if place < SILENT:
            record_silence(session, worker.person_id, worker.household_id, f"demo:{place}", 2, at)
            continue
        code, work, income, words = ANSWERS[place % len(ANSWERS)]
        facts = {"work_place": code, "work": work, "monthly_income": income, "months_away": rng.randint(6, 11)}
        said = CheckedIn(
            f"demo:{place}", rng.choice((Channel.WECHAT, Channel.SMS)), worker.person_id, worker.household_id,
            facts=facts if place % 3 else {}, unchanged=place % 3 == 0, verified=True, note=words if place % 3 else "1",
        )  # fmt: skip
        record_checkin(session, said, at, at)
    return len(chosen)


def bind(session: Session, people: Sequence[str], now: datetime) -> int:
    """绑定 telephone and WeChat of a household's head and of a worker, as after a visit; how many entries."""
    deed = Deed("cadre", note="上门核对过")
    for person_id, openid in zip(people, (HOUSEHOLD, WORKER), strict=True):
        person = session.get_one(Person, person_id)
        for channel, address in ((Channel.SMS, person.phone or ""), (Channel.WECHAT, openid)):
            contact = bindings.register(session, person, channel, address, deed, now)
            bindings.confirm(session, contact, Proof.VISIT, deed, now)
    return 4 * len(people)


def reach(session: Session, workers: Sequence[Worker], now: datetime) -> int:
    """确认电话 of workers, as when a cadre rang them, so that a wave of check-ins reaches them; how many entries."""
    deed = Deed("county", note="电话里核对过")
    for worker in workers:
        person = session.get_one(Person, worker.person_id)
        contact = bindings.register(session, person, Channel.SMS, person.phone or "", deed, now)
        bindings.confirm(session, contact, Proof.VISIT, deed, now)
    return 2 * len(workers)


def _hours(now: datetime, count: int) -> Iterator[datetime]:
    """Moments of the last day, after all earlier visits had arrived."""
    return (now - timedelta(hours=22) + timedelta(hours=21) * place / max(count, 1) for place in range(count))
