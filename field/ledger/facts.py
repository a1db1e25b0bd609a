"""事实: what the ledger says about a household or person, each with who said it, when, and how sure it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Index, case, extract, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.codes import Channel
from field.orm import Base, Code, Id, Name, Utc
from field.prepared import Prepared
from field.registry.masking import mask_words
from field.registry.sealing import Sealed

HEARSAY, SELF_REPORTED, VERIFIED_ADDRESS, SEEN, DOCUMENT, DEPARTMENT = range(6)
HALF_LIFE: Mapping[str, int] = {"phone": 120, "work_place": 60, "monthly_income": 90, "health": 180, "others": 180}
LEVELS = {1: 1.0, 2: 1.585, 3: 2.0, 4: 2.3219, 5: 2.585}  # log2(level + 1): what a level is worth in half-lives
DAY = 86_400
LISTS = (Channel.ROSTER.value, Channel.SHEET.value)  # what was on paper when it was drawn up
PLACE, PHONE, WITHDRAWN = "work_place", "phone", "phone_withdrawn"
INCOME, INCOME_MOST = "monthly_income", "monthly_income_max"


class Fact(Base):
    """事实: one value of one attribute, as one entry reported it; never overwritten.

    `value` is JSON; a telephone is kept sealed beside it and `value` shows it masked. `trusted` orders facts of one
    attribute by how sure they are, whatever the day is: `observed_at` in seconds, later by what the level is worth.
    """

    __tablename__ = "fact"

    chain_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[Id]
    attribute: Mapped[Code]
    value: Mapped[Any] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))  # read a dozen times in a sweep
    sealed: Mapped[str | None] = mapped_column(Sealed("fact"))
    channel: Mapped[Code]
    informant: Mapped[Name | None]
    recorder: Mapped[Name]
    observed_at: Mapped[Utc]
    level: Mapped[int]
    trusted: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "subject", "attribute", "trusted", "observed_at"), {"sqlite_with_rowid": False})


_new_facts = Prepared(insert(Fact))


@dataclass(frozen=True)
class Known:
    """已知情况: the best value of an attribute with all that was said of it."""

    best: Fact
    others: tuple[Fact, ...]

    @property
    def all(self) -> tuple[Fact, ...]:
        """The best and the others."""
        return (self.best, *self.others)

    @property
    def contested(self) -> bool:
        """Whether a fact that is not older news says otherwise, so that both are shown; several may be withdrawn."""
        return bool(self.others) and self.best.attribute != WITHDRAWN


def state(session: Session, facts: Sequence[dict[str, Any]]) -> None:
    """Write the facts of one or more entries."""
    _new_facts.run(session, *map(fact_row, facts))


def fact_row(fact: Mapping[str, Any]) -> dict[str, Any]:
    """A fact with what follows from it; numbers in what people typed are masked."""
    value = fact["value"]
    how_sure = int(fact["observed_at"].timestamp()) + _WORTH.get(fact["level"], 0)
    told = mask_words(value) if isinstance(value, str) else value
    return {"sealed": None, "informant": None, **fact, "value": told, "trusted": how_sure}


def worth(half_life: int) -> dict[int, int]:
    """Seconds by which a level above hearsay makes a fact as good as a later one, at a half-life in days."""
    return {level: round(half_lives * half_life * DAY) for level, half_lives in LEVELS.items()}


_WORTH = worth(HALF_LIFE["others"])


def trusted(fact: Any, half_life: int) -> ColumnElement[int]:
    """Best last: level weighed by age, as `weight` does; kept with the fact for the usual half-life."""
    if half_life == HALF_LIFE["others"]:
        kept: ColumnElement[int] = fact.trusted
        return kept
    return extract("epoch", fact.observed_at) + case(worth(half_life), value=fact.level, else_=0)


def latest(session: Session, subject: str, attributes: Iterable[str]) -> dict[str, Fact]:
    """The fact observed last for each attribute of a subject."""
    found = session.scalars(
        select(Fact)
        .where(Fact.subject == subject, Fact.attribute.in_(list(attributes)))
        .order_by(Fact.observed_at, Fact.seq, Fact.place)
    )
    return {fact.attribute: fact for fact in found}


def every(session: Session, subject: str, attribute: str) -> Sequence[Fact]:
    """All that was ever said of one attribute of a subject, oldest first."""
    told = select(Fact).where(Fact.subject == subject, Fact.attribute == attribute)
    return session.scalars(told.order_by(Fact.observed_at, Fact.seq, Fact.place)).all()


def known(
    facts: Iterable[Fact],
    as_of: datetime,
    whose: Mapping[str, str] | None = None,
    half_lives: Mapping[str, int] = HALF_LIFE,
) -> dict[tuple[str, str], Known]:
    """By (subject, attribute): the best fact and those that contradict it; `whose` names who a subject really is.

    A fact contradicts when another recorder said otherwise and has not since said the same as the best, unless it is
    older and less sure, or an older roster's: that the best is news of. A number that was withdrawn since is none.
    """
    by_attribute: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        subject = (whose or {}).get(fact.subject, fact.subject)
        by_attribute.setdefault((subject, fact.attribute), []).append(fact)
    for subject in [subject for subject, attribute in by_attribute if attribute == WITHDRAWN]:
        phones = _standing(by_attribute.pop((subject, PHONE), []), by_attribute[subject, WITHDRAWN])
        by_attribute |= {(subject, PHONE): phones} if phones else {}
    return {key: _weigh(several, as_of, half_lives) for key, several in by_attribute.items()}


def withdrawn(known: Mapping[tuple[str, str], Known], subject: str, number: str | None) -> str | None:
    """不再算: why a number of somebody counts no more; None for one that nobody withdrew, or that was told again."""
    told, standing = known.get((subject, WITHDRAWN)), known.get((subject, PHONE))
    if told is None or (standing and number in [one.sealed for one in standing.all]):
        return None
    return next((str(one.value["why"]) for one in told.all if one.sealed == number), None)


def _standing(phones: Iterable[Fact], withdrawn: Sequence[Fact]) -> list[Fact]:
    """The numbers that nobody has withdrawn since they were told."""
    over = [(fact.sealed, fact.observed_at) for fact in withdrawn]
    return [one for one in phones if not any(one.sealed == number and one.observed_at <= at for number, at in over)]


def weight(fact: Fact, as_of: datetime, agreeing: int = 0, half_lives: Mapping[str, int] = HALF_LIFE) -> float:
    """可信度: level (plus one, so hearsay counts) halved with each half-life of age, raised by agreement."""
    days = half_lives.get(fact.attribute, half_lives["others"])
    age: timedelta = max(as_of - fact.observed_at, timedelta())
    return float((fact.level + 1) * 0.5 ** (age / timedelta(days=days)) * (1 + 0.25 * agreeing))


def _weigh(facts: list[Fact], as_of: datetime, half_lives: Mapping[str, int]) -> Known:
    last_words: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.observed_at, fact.seq, fact.place)):
        voice = str(fact.sealed) if fact.attribute == WITHDRAWN else fact.recorder  # each number for itself
        last_words[voice] = fact
    voices = list(last_words.values())
    agreeing = [sum(said(other) == said(fact) for other in voices) - 1 for fact in voices]
    ranked = sorted(
        zip(voices, agreeing, strict=True),
        key=lambda pair: (
            weight(pair[0], as_of, pair[1], half_lives),
            pair[0].observed_at,
            pair[0].chain_id,
            pair[0].seq,
        ),
    )
    best = ranked[-1][0]
    return Known(best, tuple(fact for fact in voices if _contradicts(fact, best)))


def _contradicts(fact: Fact, best: Fact) -> bool:
    """Whether a fact says otherwise and is no older news; a place within the other says the same."""
    if _same(fact, best):
        return False
    if fact.attribute == PHONE:  # it changes only when the new one confirms
        return True
    older = fact.observed_at < best.observed_at
    listed = fact.channel in LISTS and fact.level == best.level  # a list says what was, who was asked what is
    return not (older and (fact.level < best.level or listed))


def _same(one: Fact, other: Fact) -> bool:
    first, second = said(one), said(other)
    if one.attribute == PLACE and isinstance(first, str) and isinstance(second, str):
        return first.startswith(second) or second.startswith(first)
    return bool(first == second)


def said(fact: Fact) -> Any:
    """What a fact says, in a form that can be compared."""
    return fact.sealed if fact.sealed is not None else fact.value
