"""申请书和承诺授权书: what a household asks for and what its adults sign, filled in as far as the ledger knows."""

from typing import Any

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from field.auth import actor, allow
from field.codes import Channel, Need, RiskFactor
from field.db import db
from field.monitoring import household_file
from field.monitoring.cases.case_around import adults
from field.monitoring.cases.case_papers import Signed, declaration, signed
from field.monitoring.cases.cases import case_of
from field.monitoring.cases.consents import texts
from field.monitoring.household_file import person_shown
from field.monitoring.timeline import masked
from field.monitoring.traces import Look
from field.monitoring.visiting.evidence import visible_among
from field.monitoring.workdays import china_day
from field.registry import reach, regions
from field.registry.households import Household, Person
from field.registry.rights import Right
from field.registry.roster import SEX
from field.traced import traced
from field.web import visit_words
from field.web.case_words import HOW
from field.web.paper import printable
from field.web.sheets import Grid, Pairs, Sheet, Signature, Signs, Words, answered
from field.web.wording import day, now, years, yuan

household_papers = Blueprint("household_papers", __name__, url_prefix="/households")
Page = str | Response
ROWS = 4


@household_papers.get("/<id:household_id>/application")
@allow(Right.READ_HOUSEHOLDS)
@printable
@traced(Look.PAPER)
def application(household_id: str) -> Page:
    """申请书 of a household."""
    home = reach.household(db.session(), actor(), household_id)
    return answered(_("申请书"), lambda: [_application(db.session(), home)], _back(home))


@household_papers.get("/<id:household_id>/consent")
@allow(Right.READ_HOUSEHOLDS)
@printable
@traced(Look.PAPER)
def consent(household_id: str) -> Page:
    """承诺授权书, one sheet for every adult."""
    session = db.session()
    home = reach.household(session, actor(), household_id)
    grown, case = adults(session, home.id, china_day(now())), case_of(session, home.id)
    given = signed(session, home.id, case.heard_at if case else None)
    here = visible_among(session, {one.signature for one in given.values() if one.signature}, actor())
    people = {one.id: one for one in household_file.people(session, [home.id])[home.id]}

    def made() -> list[Sheet]:
        return [_consent(home, people[one], given.get(one), here) for one in grown]

    return answered(_("承诺授权书"), made, _back(home), _("这一户没有登记成年人，请先核对名册。"))


def _back(home: Household) -> tuple[str, str]:
    return url_for("file.one", household_id=home.id), _("回到%(head)s户的档案", head=home.head)


def _application(session: Session, home: Household) -> Sheet:
    people = [one for one in household_file.people(session, [home.id])[home.id] if not one.left]
    names = regions.names(session, {home.region, home.region[:9], *(one.work_place or "" for one in people)})
    known = household_file.facts(session, [home.id], now())
    head = next((one for one in people if one.relation == "户主"), None)
    about = [
        [(_("户主"), home.head), (_("户编号"), home.number)],
        [(_("村组"), f"{names.get(home.region, '')} {home.group or ''}".strip()), (_("住址"), home.address or "")],
        [(_("电话"), (person_shown(head)["phone"] or "") if head else ""),
         (_("家庭人口"), _("%(n)s 人", n=home.persons))],
        [(_("是不是脱贫户"), _("是") if home.formerly_poor else _("否")), (_("开户银行和账号"), "")],
    ]  # fmt: skip
    members = [_member(one, names) for one in people]
    columns = (_("姓名"), _("关系"), _("性别"), _("年龄"), _("证件号码"), _("健康"), _("劳动能力"), _("务工或上学"))
    money = [
        [(title, _told(home, known, name))]
        for name, title in (("income", _("一年的收入")), ("expenses", _("一年的大额支出")))
    ]
    needs = known.get((home.id, "needs"))
    asked = "、".join(Need.label_of(one) for one in needs.best.value) if needs else ""
    return Sheet(_("防止返贫监测申请书"), f"{names.get(home.region[:9], '')}{names.get(home.region, '')}", [
        Pairs(about), Words(_("家庭成员"), True), Grid(columns, members, max(0, ROWS - len(members))),
        Words(_("收入和支出"), True), Pairs(money), Words(_("遇到的困难"), True), Pairs(_hardship(session, home)),
        Words(_("希望得到的帮助"), True), Pairs([[(_("需要什么"), asked)], [(_("其他要说明的"), "")]]),
        Words(_("我家申请纳入防止返贫动态监测和帮扶。以上情况属实。")),
        Signs([_("申请人（签字或按手印）"), _("代写人（由别人代写时填）"), _("村民委员会（盖章）")]),
    ])  # fmt: skip


def _member(one: Person, names: dict[str, str]) -> list[str]:
    shown = person_shown(one)
    does = [names.get(one.work_place or "", one.work_place), one.work, one.schooling]
    return [one.name, one.relation or "", SEX.get(one.sex or "", ""), years(one.birth_date),
            shown["id_number"] or "", one.health or "", one.labour or "", " ".join(filter(None, does))]  # fmt: skip


def _told(home: Household, known: dict[Any, Any], name: str) -> str:
    """What is best known, with its day; nothing where nobody has asked yet."""
    if (one := known.get((home.id, name))) is None:
        return ""
    lines = visit_words.lines_of(name, masked(one.best.value), {})
    said = "；".join(f"{line.label} {line.text}".strip() for line in lines)
    return str(_("%(said)s（%(day)s了解）", said=said, day=day(one.best.observed_at)))


def _hardship(session: Session, home: Household) -> list[list[tuple[str, str]]]:
    found = declaration(session, home.id)
    said = masked(found[1]) if found else {}
    risks = "、".join(RiskFactor.label_of(code) for code in said.get("risk_factors", ()))
    amounts = [yuan(said[name]) for name in ("amount", "amount_max") if isinstance(said.get(name), int)]
    channel = Channel.label_of(found[0].channel) if found else ""
    source = _("%(day)s由%(channel)s申报，台账第 %(seq)s 条", day=day(found[0].occurred_at), channel=channel,
               seq=found[0].seq) if found else ""  # fmt: skip
    return [
        [(_("哪一类"), risks), (_("从什么时候起"), str(said.get("since") or ""))],
        [(_("大约花了多少"), " – ".join(amounts)), (_("从哪里知道"), source)],
        [(_("农户的话"), str(said.get("note") or ""))],
    ]


def _consent(home: Household, person: Person, given: Signed | None, here: set[str]) -> Sheet:
    text = next((one for one in texts() if given and one["version"] == given.text), texts()[-1])
    whose = Pairs([[(_("户主"), home.head), (_("户编号"), home.number)],
                   [(_("本人姓名"), person.name), (_("证件号码"), person_shown(person)["id_number"] or "")],
                   ])  # fmt: skip
    parts: list[Any] = [whose, *(Words(f"{place}. {words}") for place, words in enumerate(text["paragraphs"], 1))]
    if given is None:
        lines = [_("本人（签字或按手印）"), _("代写人（按手印时填）"), _("见证人")]
        return Sheet(text["title"], _("还没有签，请签字"), [*parts, Signs(lines)])
    how = (
        _("%(how)s，由%(writer)s代写", how=HOW[given.how], writer=given.written_by)
        if given.written_by
        else HOW[given.how]
    )
    told = [[(_("签署"), how), (_("时间"), day(given.at))], [(_("依据"), _("台账第 %(seq)s 条", seq=given.seq))]]
    drawn = given.signature if given.signature in here else None
    return Sheet(text["title"], _("第 %(version)s 版", version=text["version"]),
                 [*parts, Pairs(told), *([Signature(drawn, person.name)] if drawn else ())])  # fmt: skip
