"""演示帮扶: a team and a measure for each risk factor of most monitored households, some late, a few with none."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from field.codes import Channel, EntryKind
from field.demo.visits import Home, uuid7_at
from field.help_codes import HelpAction
from field.ledger.entries import Draft, append_many
from field.monitoring.derive import derive
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.shelf import pack_on
from field.monitoring.workdays import china_day

NAMES = ("刘志强", "王秀兰", "赵国平", "周小梅", "吴建华", "郑红", "孙德明", "冯丽")
UNITS = ("县医疗保障局", "县民政局", "县人社局", "县农业农村局", "县教育局", "县住建局")
OWNERS = {
    "medical_relief": "县医疗保障局", "social_security": "县民政局", "public_job": "县人社局",
    "job_training": "县人社局", "industry_subsidy": "县农业农村局", "micro_loan": "县农业农村局",
    "schooling_aid": "县教育局",
    "house_repair": "县住建局", "water_works": "县水利局", "village_fund": "村委会", "benefit_tie": "乡镇政府",
    "insurance": "县乡村振兴服务中心",
}  # fmt: skip
NONE, LATE, DONE = 0.08, 0.05, 0.5  # shares: without any measure; late; carried out


class Said(NamedTuple):
    """一条: what is recorded of which household."""

    home: str
    kind: EntryKind
    payload: dict[str, Any]


def rounds(homes: Sequence[Home], since: datetime, now: datetime) -> Iterator[list[Said]]:
    """Who is helped how: in each round one entry a household."""
    rng = Random(7)  # noqa: S311 - invented people, no secret
    pack = pack_on(china_day(now))
    several = [list(_helped(home, since, now, pack, rng)) for home in homes if home.main_risk and rng.random() >= NONE]
    for turn in range(max(map(len, several), default=0)):
        yield [one[turn] for one in several if turn < len(one)]


def record(session: Session, several: Sequence[Said], by: str, at: datetime) -> int:
    """Append and derive one entry of each household; how many."""
    drafts = [
        Draft(one.home, one.kind, Channel.WEB, by, at, f"demo:{one.kind}:{_of(one.payload)}:{one.payload['action']}",
              one.payload)
        for one in several
    ]  # fmt: skip
    for entry, one in zip(append_many(session, drafts, at), several, strict=True):
        derive(session, entry, one.payload)
    return len(several)


def _of(payload: dict[str, Any]) -> str:
    return str(payload.get("member_id") or payload["measure_id"])


def _helped(home: Home, since: datetime, now: datetime, pack: Pack, rng: Random) -> Iterator[Said]:
    """A leader, a measure for each risk factor, and what became of it."""
    lead = {"role": "lead", "name": rng.choice(NAMES), "unit": rng.choice(UNITS), "from": f"{since:%Y-%m-%d}"}
    member = {"member_id": uuid7_at(since, rng), "action": HelpAction.JOIN.value, "content": lead}
    yield Said(home.id, EntryKind.PLAN_TEAM, member)
    for risk_factor in home.risk_factors:
        yield from _measure(home, risk_factor, (since, now), pack, rng)


def _measure(home: Home, risk_factor: str, span: tuple[datetime, datetime], pack: Pack, rng: Random) -> Iterator[Said]:
    since, now = span
    chosen, fate, measure_id = rng.choice(pack.measures_for(risk_factor)), rng.random(), uuid7_at(since, rng)
    due = now - timedelta(days=rng.randint(3, 60)) if fate < LATE else now + timedelta(days=rng.randint(5, 80))
    content = {"risk_factor": risk_factor, "code": chosen.code, "owner": OWNERS.get(chosen.code, "村委会")}
    content |= {"from": china_day(since).isoformat(), "due_on": china_day(due).isoformat()}
    planned: dict[str, Any] = {"measure_id": measure_id, "action": HelpAction.PLAN.value, "from": None, "to": "planned"}
    planned |= {"content": content, "pack": pack.name, "title": chosen.name, "money": chosen.money}
    yield Said(home.id, EntryKind.MEASURE_PLANNED, planned)
    done = fate > 1 - DONE
    step = {"measure_id": measure_id, "from": "planned", "action": "carry_out" if done else "start"}
    amount = {"amount": rng.randrange(50_000, 800_000, 1_000)} if chosen.money else {}
    proof: dict[str, Any] = {"note": "已经办好，农户知道", **amount, "photos": []}
    step |= {"to": "carried_out" if done else "under_way"}
    yield Said(home.id, EntryKind.MEASURE_STEP, {**step, "content": proof if done else {}})
