"""查找词: under which words a household is found, derived from the names of its people, its number and its group."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Index, String, and_, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from field.orm import Base, Id, RegionCode, insert_many
from field.registry.households import Household, Person
from field.registry.masking import mask_words
from field.registry.pinyin import LONGEST, spelled, typed

BYTEWISE = String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql")
LAST = "\U0010ffff"
GROUP = re.compile("第?([0-9]{1,2}|[一二三四五六七八九十]{1,3})[组]$")
DIGITS = "零一二三四五六七八九"


class SearchKey(Base):
    """查找词: one word that a household is found by, with its region, so that one index answers."""

    __tablename__ = "search_key"

    household_id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    region: Mapped[RegionCode]

    __table_args__ = (Index(None, "key", "region", "household_id"), {"sqlite_with_rowid": False})


def keys_of(name: str) -> set[str]:
    """A name as it is written, in letters, and by its initials."""
    return {key for key in (typed(mask_words(name)), *spelled(mask_words(name))) if key}


def keys_of_home(number: str, names: Iterable[str], group: str | None) -> list[str]:
    """Every key of a household, by its number, its group and the names of its people."""
    grouped = group_apart(group or "")[1] or typed(group or "")
    return sorted(({typed(number), grouped} - {""}).union(*map(keys_of, names)))


def group_apart(words: str) -> tuple[str, str]:
    """What stands before a numbered group (组), and the group as it is compared: 第3组, 3组 and 三组 are one."""
    words = unicodedata.normalize("NFKC", words).strip()
    if not (found := GROUP.search(words)):
        return words, ""
    return words[: found.start()], (_counted(int(found[1])) if found[1].isdigit() else found[1]) + "组"


def _counted(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones or not tens else "")


def letters(session: Session, household_ids: Iterable[str]) -> dict[str, list[str]]:
    """Of each household the keys in Latin letters, by which a phone finds its people without network."""
    rows = select(SearchKey.household_id, SearchKey.key).where(SearchKey.household_id.in_(list(household_ids)))
    spelt = rows.where(SearchKey.key >= "a", SearchKey.key < "{").order_by(SearchKey.key)
    found: dict[str, list[str]] = defaultdict(list)
    for home, key in session.execute(spelt):
        found[home].append(key)
    return found


def begins(key: str) -> ColumnElement[bool]:
    """Whether a search key begins with what was typed, by bytes, so that the index can say."""
    return and_(SearchKey.key >= key, SearchKey.key < key + LAST)


def rewrite(session: Session, household_ids: Iterable[str]) -> None:
    """Derive the search keys of households anew from what they stand under; by none is an erased one found."""
    ids = list(household_ids)
    session.execute(delete(SearchKey).where(SearchKey.household_id.in_(ids)))
    here = Household.id.in_(ids), Household.erased_at.is_(None)
    columns = Household.id, Household.region, Household.number, Household.group
    homes = session.execute(select(*columns).where(*here)).all()
    names = defaultdict(list)
    for household_id, name in called(session, ids):
        names[household_id].append(name)
    rows = [
        {"household_id": household_id, "key": key, "region": region}
        for household_id, region, number, group in homes
        for key in keys_of_home(number, names[household_id], group)
    ]
    insert_many(session, SearchKey, rows)


def called(session: Session, household_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Households and the names of their people; who was merged into somebody is found where that one lives."""
    ids = list(household_ids)
    here = select(Person.household_id, Person.name).where(Person.household_id.in_(ids), Person.merged_into.is_(None))
    kept = select(Person.id, Person.household_id).where(Person.household_id.in_(ids)).subquery()
    merged = select(kept.c.household_id, Person.name).join(kept, kept.c.id == Person.merged_into)
    return [(home, name) for rows in (here, merged) for home, name in session.execute(rows)]
