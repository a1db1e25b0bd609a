"""一户一档: who lives there, what is known and who says otherwise, and every entry with its photographs."""

from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from sqlalchemy import func, select

from field.auth import actor, allow
from field.case_codes import CaseState
from field.codes import LEVELS, Channel, EntryKind, EvidenceKind, Left, RiskFactor
from field.db import db, transact
from field.help_codes import MeasureState, TeamRole, TieKind
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact, Known, withdrawn
from field.ledger.receipts import number
from field.mending import mend
from field.messaging.understanding.places import name_of
from field.monitoring import household_file
from field.monitoring.cases.case_around import kind_name
from field.monitoring.cases.case_list import merged
from field.monitoring.cases.cases import case_of
from field.monitoring.checks.quality import of_household, terms
from field.monitoring.help.tie_list import ties_of
from field.monitoring.household_file import Most, person_shown
from field.monitoring.looks import before, looked
from field.monitoring.relief.relief_sheet import sheet
from field.monitoring.risk.grades import Risk, risks
from field.monitoring.risk.risk_words import FACTS
from field.monitoring.timeline import entry_shown, masked, shortened
from field.monitoring.traces import Look
from field.monitoring.visiting.album import Picture, album
from field.monitoring.visiting.places import PlaceJudgement
from field.monitoring.visiting.visit_rules import definition
from field.monitoring.workdays import china_day
from field.registry import reach, regions
from field.registry.contact_rules import Withdrawn
from field.registry.households import Household, Person
from field.registry.rights import Right
from field.registry.staff import staff_names
from field.traced import traced
from field.web import visit_words
from field.web.asked import asked_code, asked_page
from field.web.entry_words import content
from field.web.paper import printable
from field.web.plan_words import plan_shown
from field.web.visit_words import Line, Section
from field.web.wording import now, unnamed

dossier = Blueprint("file", __name__, url_prefix="/households")
PER_PAGE, PRINTED = 20, 200
LABELS = {
    "risk_labels": RiskFactor.labels(), "left_labels": Left.labels(),
    "evidence_labels": EvidenceKind.labels(), "case_labels": CaseState.labels(), "fact_labels": FACTS,
    "roles": TeamRole.labels(), "states": MeasureState.labels(), "tie_kinds": TieKind.labels(),
}  # fmt: skip


class Told(NamedTuple):
    """一个说法: what one recorder says, from where, how sure and since when."""

    lines: list[Line]
    fact: Fact
    source: str
    level: str


class Item(NamedTuple):
    """已知一项: whose and what, the best word first and those that contradict it beside it."""

    whose: str
    title: str
    words: list[Told]
    contested: bool


class Moment(NamedTuple):
    """时间线一条: an entry with its content, photographs, for who may see it the judgement of its place.

    `shortened`: numbers in what was typed are masked.
    """

    entry: dict[str, Any]
    sections: list[Section]
    pictures: list[Picture]
    place: PlaceJudgement | None
    shortened: bool


@dossier.get("/<id:household_id>")
@allow(Right.READ_HOUSEHOLDS)
@printable
@traced(Look.FILE)
def one(household_id: str) -> str:
    """The file of one household."""
    session = db.session()
    found = reach.household(session, actor(), household_id)
    if found.erased_at:
        return _erased(found)
    members = household_file.people(session, [found.id], merged=True)[found.id]
    own = [found.id, *(member.id for member in members if not member.merged_into)]
    known, most = household_file.facts_and_most(session, own, now())
    names = _names(found, members, known)
    moments, total = _moments(found, names)
    by, at = actor().staff_id, now()
    last, begins = before(session, by, found.id, at)
    risk = risks(session, [found.id])[found.id]
    who = {moment.entry["actor"] for moment in moments} | _recorders(known)
    case = case_of(session, found.id)
    page = render_template(
        "file.html", household=found, kind=kind_name(found.kind, case.pack if case else None),
        members=[(member, person_shown(member), _withdrawn(member, known)) for member in members], names=names,
        known=[_item(found, names, key, known[key], most) for key in _ordered(found, members, known)], moments=moments,
        staff=unnamed() | staff_names(session, who) | _by_themselves(members), oldest=_oldest_first(),
        page=asked_page(), case=case if actor().has(Right.READ_CASES) else None, pages=-(-total // _per_page()),
        total=total, before=last, fresh=total - last.seq if last else 0, risk=risk, sources=_sources(found.id, risk),
        relief_sheet=sheet(session, found, china_day(now())), doubts=of_household(session, found.id, terms(now())),
        mend=mend, plan=plan_shown(session, found, actor().role, china_day(now())),
        merged=merged(session, found.id, actor()) if actor().has(Right.READ_CASES) else None,
        ties=ties_of(session, found.id, china_day(now())), **LABELS,
    )  # fmt: skip
    if begins and "as" not in request.args:  # a print is no look
        transact(lambda write: looked(write, by, household_id, total, last, at))
    return page


def _erased(found: Household) -> str:
    """What is left of a household that was lawfully erased: when, why and by whom."""
    session = db.session()
    mine = Entry.chain_id == found.id, Entry.kind == EntryKind.ERASED.value
    entry = session.scalars(select(Entry).where(*mine)).one()
    [said] = opened(session, [entry])
    return render_template(
        "file_erased.html", household=found, entry=entry, said=said, number=number,
        staff=staff_names(session, {entry.actor, said["agreed_by"]}),
        village=regions.names(session, {found.region}).get(found.region, found.region),
    )  # fmt: skip


def _moments(found: Household, names: dict[str, str]) -> tuple[list[Moment], int]:
    session, chain = db.session(), Entry.chain_id == found.id
    order = Entry.seq if _oldest_first() else Entry.seq.desc()
    rows = select(Entry).where(chain).order_by(order).offset((asked_page() - 1) * _per_page()).limit(_per_page())
    entries = list(session.scalars(rows))
    pictures = album(session, found.id, [entry.seq for entry in entries])
    judged = _judged(found.id, entries)
    moments = [
        Moment(
            shown, content(entry.kind, shown["payload"], names), pictures.get(entry.seq, []), judged.get(entry.seq),
            any(shortened(payload)),
        )
        for entry, payload in zip(entries, opened(session, entries), strict=True)
        for shown in [entry_shown(entry, payload)]
    ]  # fmt: skip
    return moments, session.scalar(select(func.count()).select_from(Entry).where(chain)) or 0


def _sources(chain_id: str, risk: Risk) -> dict[int, dict[str, Any]]:
    """The entries that the rules' figures are from, by seq."""
    seqs = {seq for rule in risk.rules for seq in rule.sources.values()}
    rows = select(Entry).where(Entry.chain_id == chain_id, Entry.seq.in_(seqs))
    return {entry.seq: entry_shown(entry, None) for entry in db.session.scalars(rows)} if seqs else {}


def _judged(chain_id: str, entries: list[Entry]) -> dict[int, PlaceJudgement]:
    if not actor().has(Right.READ_PLACES):
        return {}
    seqs = [entry.seq for entry in entries]
    rows = select(PlaceJudgement).where(PlaceJudgement.chain_id == chain_id, PlaceJudgement.seq.in_(seqs))
    return {judged.seq: judged for judged in db.session.scalars(rows)}


def _names(found: Household, members: list[Person], known: dict[tuple[str, str], Known]) -> dict[str, str]:
    """People by id, places by code."""
    facts = [fact for one in known.values() for fact in one.all]
    codes = {str(fact.value) for fact in facts if fact.attribute == "work_place"}
    codes |= {member.work_place for member in members if member.work_place}
    places = regions.names(db.session(), {found.region, found.region[:9], *codes})
    places |= {code: name for code in codes - places.keys() if (name := name_of(code))}
    return places | {member.id: member.name for member in members}


def _ordered(found: Household, members: list[Person], known: dict[tuple[str, str], Known]) -> list[tuple[str, str]]:
    """The household's own first, then person by person; by the order of the form."""
    whose = [found.id, *(member.id for member in members)]
    form = [*visit_words.TOLD, *definition()["$defs"]["member"]["properties"]]
    return sorted(known, key=lambda key: (whose.index(key[0]), form.index(key[1]) if key[1] in form else 99))


def _item(found: Household, names: dict[str, str], key: tuple[str, str], one: Known, most: Most) -> Item:
    subject, attribute = key
    words = [_told(fact, subject == found.id, names, most) for fact in one.all]
    if subject == found.id:
        return Item("", visit_words.title(attribute), words, one.contested)
    return Item(names.get(subject, ""), visit_words.personal_title(attribute), words, one.contested)


def _told(fact: Fact, of_household: bool, names: dict[str, str], most: Most) -> Told:
    if of_household:
        lines = visit_words.lines_of(fact.attribute, masked(fact.value), names)
    else:
        lines = [Line("", visit_words.fact_told(fact, names, most))]
    return Told(lines, fact, Channel.label_of(fact.channel), LEVELS[fact.level])


def _withdrawn(member: Person, known: dict[tuple[str, str], Known]) -> str | None:
    """Why the number on file is not to be relied on."""
    why = withdrawn(known, member.merged_into or member.id, member.phone)
    return why and Withdrawn.label_of(why)


def _by_themselves(members: list[Person]) -> dict[str, str]:
    """Members as recorders of what they said themselves."""
    return {f"person:{member.id}": member.name for member in members}


def _recorders(known: dict[tuple[str, str], Known]) -> set[str]:
    return {fact.recorder for one in known.values() for fact in one.all}


def _oldest_first() -> bool:
    return asked_code("order", ("newest", "oldest")) == "oldest"


def _per_page() -> int:
    """Paper holds more than a screen."""
    return PRINTED if request.args.get("as") == "pdf" else PER_PAGE
