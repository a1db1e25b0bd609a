"""演示办理: each step of an invented case, by the core call that the pages use and by those whose step it is."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.case_codes import CaseAction, CaseState
from field.codes import Channel
from field.demo.accounts import CADRE, CADRE2
from field.demo.cast import Played
from field.demo.helping import NAMES, OWNERS, UNITS
from field.demo.need import hard_year
from field.demo.pictures import picture
from field.demo.visits import Home, moment, visit
from field.help_codes import HelpAction, MeasureState
from field.media.photo import inspect
from field.media.vault import Vault
from field.monitoring.cases import cases
from field.monitoring.cases.case_around import adults, pack_of, papers
from field.monitoring.cases.cases import MonitoringCase, case_of
from field.monitoring.help import planning
from field.monitoring.help.plan import measures_of, newest_seq
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.leads import Lead
from field.monitoring.visiting.evidence import take_in
from field.monitoring.visiting.visits import record_visit
from field.monitoring.workdays import china_day
from field.registry.households import Household, Person
from field.registry.rights import Actor

UNHURRIED = 90  # days more than the pack proposes, so that most are in time
VILLAGE, TOWN, COUNTY = "village", "town", "county"
FEN = 100
SAID = {
    "illness": "家里有人住院，自己付的多", "disability": "残疾加重，没人照看", "schooling": "学费凑不齐",
    "disaster": "大雨冲了地", "accident": "摔伤了，干不了活", "housing": "房子漏，墙裂了", "water": "水断了一个月",
}  # fmt: skip
STEPS: Mapping[str, tuple[str, CaseAction]] = {
    "take_over": (COUNTY, CaseAction.TAKE_OVER), "on_site": (VILLAGE, CaseAction.ADVANCE),
    "data": (TOWN, CaseAction.ADVANCE), "assess": (VILLAGE, CaseAction.ADVANCE),
    "post": (VILLAGE, CaseAction.POST_NOTICE), "notice": (VILLAGE, CaseAction.ADVANCE),
    "town": (TOWN, CaseAction.ADVANCE), "county": (COUNTY, CaseAction.ADVANCE),
    "propose": (VILLAGE, CaseAction.PROPOSE_ELIMINATION), "check": (VILLAGE, CaseAction.ADVANCE),
    "assess_out": (VILLAGE, CaseAction.ADVANCE), "post_out": (VILLAGE, CaseAction.POST_NOTICE),
    "notice_out": (VILLAGE, CaseAction.ADVANCE), "town_out": (TOWN, CaseAction.ADVANCE),
    "county_out": (COUNTY, CaseAction.ADVANCE), "object": (VILLAGE, CaseAction.OBJECT),
    "answer": (TOWN, CaseAction.ANSWER_OBJECTION), "green": (COUNTY, CaseAction.GREEN_CHANNEL),
    "return": (TOWN, CaseAction.RETURN), "reject": (TOWN, CaseAction.REJECT), "appeal": (VILLAGE, CaseAction.APPEAL),
    "roll_back": (COUNTY, CaseAction.ROLL_BACK), "re_mark": (TOWN, CaseAction.RE_MARK),
    "move_away": (TOWN, CaseAction.MOVE_AWAY), "die": (TOWN, CaseAction.DIE),
    "moved": (COUNTY, CaseAction.CONFIRM_MOVE), "died": (COUNTY, CaseAction.CONFIRM_DEATH),
}  # fmt: skip
WORDS = {
    "object": "有村民说这一户在镇上有门面", "answer": "已查，门面早已转让，有合同", "green": "病情急，先救助，手续后补",
    "return": "评议的票数要再核一次", "reject": "子女收入够，暂不符合条件", "appeal": "子女已经分户，请再核实",
    "roll_back": "消除时漏算了住院费，撤销", "re_mark": "回访后又遇到意外", "move_away": "全家迁到外县，户口已迁",
    "die": "老人先后去世，已销户", "take_over": "名册在册，转入平台办理",
    "on_site": "上门看过，和说的一致", "data": "没有发现车辆、商品房和大额存款", "town": "材料齐全，评议和公示没有异议",
    "county": "符合条件，纳入监测", "propose": "收入稳定了，措施都已落实", "check": "上门看过，困难已经过去",
    "town_out": "逐项核过，措施都落实了", "county_out": "条件都符合，风险消除",
}  # fmt: skip


class Where(NamedTuple):
    """一户: its place in the county, its part, and how many people share its income."""

    home: Home
    played: Played
    persons: int


def who_works(actors: Mapping[str, Actor], level: str, region: str) -> Actor:
    """Who does the work of a level in a place: the accounts where there are some, else a team and an office."""
    town = region[:9]
    cadre = {CADRE: "cadre", CADRE2: "cadre2"}.get(region, f"cadre-{region}")
    names = {VILLAGE: cadre if cadre in actors else f"team-{town}", COUNTY: COUNTY}
    names[TOWN] = TOWN if town == CADRE[:9] else f"office-{town}"
    return actors[names[level]]


class Acting:
    """办理: the steps by their names, each called with a session, the household and its time."""

    def __init__(self, actors: Mapping[str, Actor], vault: Vault, rng: Random) -> None:
        self.actors, self.vault, self.rng = actors, vault, rng
        self.own: dict[str, Callable[[Session, Where, datetime], object]] = {
            "declare": self._declare, "visit": self._visit, "visit_out": self._visit, "follow": self._follow,
            "relapse": self._relapse,
            "mourn": self._mourn, "open": self._open, "team": self._team, "plan": self._plan,
            "carry_out": self._carry_out,
        }  # fmt: skip

    def do(self, session: Session, name: str, where: Where, at: datetime) -> None:
        """One step at its time."""
        if name in self.own:
            self.own[name](session, where, at)
        else:
            self._step(session, where, at, name)

    def _by(self, level: str, where: Where) -> Actor:
        return who_works(self.actors, level, where.home.region)

    def _declare(self, session: Session, where: Where, at: datetime) -> None:
        risks = where.played.risk_factors[:1]
        words = SAID.get(risks[0], "家里有困难，请来看看")
        said = Declared(f"demo-case:{where.home.id}", Channel.SMS, risks, words, "2026-1", where.home.region,
                        where.home.id)  # fmt: skip
        record_declaration(session, said, at)

    def _visit(self, session: Session, where: Where, at: datetime) -> None:
        """At the door, with the signed paper photographed."""
        by, taken_at, now = self._by(VILLAGE, where), at + timedelta(minutes=2), at + timedelta(minutes=30)
        photo = picture("consent", taken_at, self.rng)
        digest = sha256(photo).hexdigest()
        self.vault.put(digest, photo)
        take_in(session, inspect(photo), by.username, now)
        papers = [{"sha256": digest, "kind": "other", "taken_at": moment(taken_at)}]
        if where.played.part.before:  # what it earned a year ago shows whether it is steady
            record_visit(session, self._seen(where, at - timedelta(minutes=20), years=1), by, now)
        record_visit(session, self._seen(where, at) | {"evidence": papers}, by, now)

    def _follow(self, session: Session, where: Where, at: datetime) -> None:
        """跟踪 by the town, whose eyes see other figures."""
        record_visit(session, self._seen(where, at), self._by(TOWN, where), at + timedelta(minutes=30))

    def _relapse(self, session: Session, where: Where, at: datetime) -> None:
        """Who was thought to be out of need is found in it again."""
        again = hard_year(where.persons, [*where.played.risk_factors, "accident"], self.rng)
        said = self._seen(where, at) | {"expenses": again["expenses"], "note": "又住院了，欠着账"}
        said["income"] |= again["income"]
        record_visit(session, said, self._by(TOWN, where), at + timedelta(minutes=30))

    def _mourn(self, session: Session, where: Where, at: datetime) -> None:
        """The village hears that nobody of the household lives any more."""
        mine = select(Person.id).where(Person.household_id == where.home.id, Person.left.is_(None))
        gone = [{"person_id": one, "left": "died"} for one in session.scalars(mine)]
        said = self._seen(where, at) | {"members": gone, "informant": "邻居", "note": "人都不在了，后事村里帮着办的"}
        record_visit(session, said, self._by(VILLAGE, where), at + timedelta(minutes=30))

    def _seen(self, where: Where, at: datetime, years: int = 0) -> dict[str, Any]:
        """What a visit tells, its income of so many years ago; who has been helped for long earns enough again."""
        risks = where.played.risk_factors
        home = where.home._replace(main_risk=risks[0], risk_factors=risks)
        said = visit(home, at, self.rng) | {"note": "家里都看过了"}
        said["income"] |= _period(china_day(at) - timedelta(days=365 * years))
        if not where.played.part.before:
            hard = hard_year(where.persons, risks, self.rng)
            said["income"], said["expenses"] = said["income"] | hard["income"], hard["expenses"]
        else:
            said["income"] |= {"wages": where.persons * self.rng.randrange(13_000, 19_000, 100) * FEN}
            said["expenses"] = {"medical_self_paid": 60_000, "schooling": 0, "housing": 0, "other": 0}
            said["guarantees"] = {name: {"status": "ok"} for name in said["guarantees"]}
        return said

    def _open(self, session: Session, where: Where, at: datetime) -> None:
        lead = select(Lead).where(Lead.household_id == where.home.id).order_by(Lead.opened_at.desc()).limit(1)
        found, by = session.scalars(lead).one(), self._by(VILLAGE, where)
        asked = cases.Asked(CaseAction.OPEN, {}, f"demo:{where.home.id}:open")
        cases.open_case(session, found.chain_id, found.seq, asked, by, at)

    def _team(self, session: Session, where: Where, at: datetime) -> None:
        said = {"role": "lead", "name": self.rng.choice(NAMES), "unit": self.rng.choice(UNITS),
                "from": f"{china_day(at)}"}  # fmt: skip
        self._help(session, where, HelpAction.JOIN, said, at)

    def _plan(self, session: Session, where: Where, at: datetime) -> None:
        """One measure for each risk factor."""
        for risk in where.played.risk_factors:
            chosen = self.rng.choice(planning.catalogue(session, where.home.id, at).measures_for(risk))
            day = china_day(at)
            due_on = day + timedelta(days=(chosen.days or 60) + UNHURRIED)
            said = {"risk_factor": risk, "code": chosen.code, "owner": OWNERS.get(chosen.code, "村委会")}
            said |= {"from": f"{day}", "due_on": f"{due_on}"}
            self._help(session, where, HelpAction.PLAN, said, at)

    def _carry_out(self, session: Session, where: Where, at: datetime) -> None:
        for one in measures_of(session, where.home.id):
            if one.state == MeasureState.PLANNED:
                amount = {"amount": self.rng.randrange(50_000, 600_000, 1_000)} if one.money else {}
                said = {"note": "已经办好，农户知道", **amount}
                self._help(session, where, HelpAction.CARRY_OUT, said, at, one.id, one.seq)

    def _help(
        self, session: Session, where: Where, action: HelpAction, said: dict[str, Any], at: datetime, of: str = "",
        expected: int | None = None,
    ) -> None:  # fmt: skip
        seq = newest_seq(session, where.home.id) if expected is None else expected
        key = f"demo:{where.home.id}:{action}:{said.get('risk_factor', of)}"
        asked = planning.Asked(action, said, key, seq, of)
        planning.act(session, where.home.id, asked, self._by(VILLAGE, where), at)

    def _step(self, session: Session, where: Where, at: datetime, name: str) -> None:
        level, action = STEPS[name]
        by, case = self._by(level, where), case_of(session, where.home.id)
        content = dict(_content(session, case, where, action, at, name))
        asked = cases.Asked(action, content, f"demo:{where.home.id}:{name}", case.seq if case else 0)
        if action is CaseAction.TAKE_OVER:
            cases.take_over(session, where.home.id, asked, by, at)
        else:
            assert case
            cases.act(session, case.id, asked, by, at)


def _content(
    session: Session, case: MonitoringCase | None, where: Where, action: CaseAction, at: datetime, name: str
) -> Iterator[tuple[str, Any]]:
    """What is written down for a step."""
    day, state = china_day(at), CaseState(case.state) if case else None
    if action is CaseAction.POST_NOTICE:
        yield from {"from": f"{day}", "to": f"{day + timedelta(days=5)}", "place": "村务公开栏"}.items()
        return
    if action is CaseAction.RE_MARK:
        yield "risk_factors", ["accident"]
    if action is CaseAction.MOVE_AWAY:
        yield from {"division": "420506", "informed": {"name": "夷陵区民政局", "on": f"{day}"}}.items()
    if case and action is CaseAction.ADVANCE:
        yield from _advancing(session, case, where, at).items()
    if state not in (CaseState.ASSESSMENT, CaseState.ELIMINATION_ASSESSMENT) or action is not CaseAction.ADVANCE:
        yield "note", WORDS.get(name, "情况属实，同意")


def _advancing(session: Session, case: MonitoringCase, where: Where, at: datetime) -> dict[str, Any]:
    day = china_day(at)
    match CaseState(case.state):
        case CaseState.ON_SITE_CHECK:
            several = adults(session, where.home.id, day)
            photos = papers(session, where.home.id)[:1]
            return {"consents": [{"person_id": one, "how": "signed"} for one in several], "photos": photos}
        case CaseState.DATA_CHECK:
            return {"departments": ["医保", "民政", "不动产登记", "车管"]}
        case CaseState.ASSESSMENT | CaseState.ELIMINATION_ASSESSMENT:
            return {"held_on": f"{day}", "place": "村委会会议室", **_votes(Random(case.id))}  # noqa: S311 - no secret
        case CaseState.COUNTY_APPROVAL:
            poor = session.get_one(Household, where.home.id).formerly_poor
            kind = pack_of(case.pack, at).kinds_for(formerly_poor=poor)[0]
            return {"kind": kind.value, "risk_factors": where.played.risk_factors}
        case CaseState.ELIMINATION_TOWN_REVIEW:
            done = [{"risk_factor": one, "note": "措施落实，看过凭证"} for one in where.played.risk_factors]
            return {"measures": done, "large_expense": {"note": "住院费已报销和救助，没有欠账"}}
    return {}


def _votes(rng: Random) -> dict[str, int]:
    """Enough have come, and nearly all agree."""
    eligible, absent, against = rng.randint(24, 46), rng.randint(1, 7), rng.randint(0, 2)
    present = eligible - absent
    return {"eligible": eligible, "present": present, "in_favour": present - against - 1, "against": against}


def _period(day: date) -> dict[str, Any]:
    """The twelve months that end with the month before."""
    last = day.replace(day=1) - timedelta(days=1)
    first = (last.replace(day=1) - timedelta(days=330)).replace(day=1)
    return {"period": {"from": f"{first}", "to": f"{last}"}}
