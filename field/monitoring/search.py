"""查找: whose household is meant by a name, its letters, a number, a village or a group; one reading for all."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from field.registry.households import Household, Person
from field.registry.masking import mask_id_number, mask_phone
from field.registry.numbers import e164
from field.registry.pinyin import sounded, typed
from field.registry.regions import COUNTY, VILLAGE, Region, in_region
from field.registry.sealing import blind
from field.registry.search_keys import SearchKey, begins, group_apart, keys_of

NUMBER = re.compile(r"\+?[0-9][0-9 -]{4,20}[0-9xX]")
PLACE = re.compile("(村|社区|镇|乡|街道)$")
DENSE, TOGETHER = 2000, 2

Ids = Select[str] | CompoundSelect[str]


@dataclass(frozen=True)
class Words:
    """查找的词, read once: the beginning of a key, indexes of what may be a number, places of that name, the group."""

    region: str
    key: str
    indexes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    group: str = ""

    def households(self) -> Ids:
        """The ids of the households of the region that are meant, each once."""
        here = in_region(SearchKey.region, self.region)
        ways: list[Select[str]] = [select(SearchKey.household_id).where(begins(self.key), here)] if self.key else []
        if self.group:
            grouped = select(SearchKey.household_id).where(SearchKey.key == self.group, here)
            named = replace(self, group="").households()
            return grouped.where(SearchKey.household_id.in_(named)) if self.key else grouped
        if self.indexes:
            ways.append(_numbered(self.indexes).where(in_region(Household.region, self.region)))
        if self.places:
            ways.append(select(Household.id).where(self._there(), Household.erased_at.is_(None)))
        if not ways:
            return select(Household.id).where(Household.id.is_(None))
        return union(*ways) if len(ways) > 1 else ways[0].distinct()

    def means(self, many: int, found: Sequence[str] | None = None) -> ColumnElement[bool]:
        """The same as a condition on a household: of few found each is looked up, among many each is asked.

        Nothing here names the household's own region: else SQLite would read and sort a whole region for one page.
        """
        if found is not None:
            return Household.id.in_(found)
        if many < DENSE:
            return Household.id.in_(self.households())
        asked: list[ColumnElement[bool]] = [self._under(begins(self.key))] if self.key else []
        if self.indexes:
            asked.append(Household.id.in_(_numbered(self.indexes).where(in_region(Household.region, self.region))))
        if self.places:
            asked.append(self._there())
        grouped = [self._under(SearchKey.key == self.group)] if self.group else []
        return and_(*([or_(*asked)] if asked else []), *grouped)

    def _under(self, key: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(SearchKey.household_id == Household.id, key, in_region(SearchKey.region, self.region))

    def _there(self) -> ColumnElement[bool]:
        return or_(*(in_region(Household.region, code) for code in self.places))


def read(session: Session, region: str, words: str) -> Words:
    """What the words may mean in a region; 王 中坪村 is somebody of a place, 王 三组 somebody of a group."""
    for word in words.split():
        before, group = group_apart(word)
        if group:
            return replace(read(session, region, words.replace(word, before, 1)), group=group)
    for who, where in _apart(words):
        places = _places(session, region, typed(where)) if len(typed(where)) > 1 else ()
        if len(places) == 1:
            return Words(places[0], typed(who), _indexes(who))
    key = typed(words)
    return Words(region, key, _indexes(words), _places(session, region, key) if len(key) > 1 else ())


def _apart(words: str) -> list[tuple[str, str]]:
    """Two words as a name and a place, either first."""
    several = words.split()
    return [(several[0], several[1]), (several[1], several[0])] if len(several) == TOGETHER else []


def matched(session: Session, words: Words, household_ids: Iterable[str]) -> dict[str, list[str]]:
    """Of each household, who was meant, as lists may show it: names, and numbers masked."""
    ids = list(household_ids)
    kept = aliased(Person)
    own = select(Person, Person.household_id).where(Person.household_id.in_(ids), Person.merged_into.is_(None))
    merged = select(Person, kept.household_id).join(kept, kept.id == Person.merged_into)
    found: dict[str, list[str]] = {}
    for rows in (own, merged.where(kept.household_id.in_(ids))):  # asked as one, PostgreSQL would read everybody
        for person, home in session.execute(rows.order_by(Person.household_id, Person.position)):
            if told := _told(words, person):
                found.setdefault(home, []).append(told)
    return found


def _told(words: Words, person: Person) -> str | None:
    who = f"{person.name}（{person.relation}）" if person.relation else person.name
    if words.key and any(key.startswith(words.key) for key in keys_of(person.name)):
        return who
    if person.id_number_index in words.indexes:
        return f"{who} {mask_id_number(person.id_number)}"
    return f"{who} {mask_phone(person.phone)}" if person.phone_index in words.indexes else None


def _indexes(words: str) -> tuple[str, ...]:
    words = unicodedata.normalize("NFKC", words)
    if not NUMBER.fullmatch(words):
        return ()
    plain = words.replace(" ", "").replace("-", "")
    phones = {words, plain, f"+86{plain}", e164(words) or words}
    return (blind("id_number", plain.upper()), *sorted(blind("phone", phone) for phone in phones))


def _numbered(indexes: Sequence[str]) -> Select[str]:
    """The households of those who have such a number, or into whom somebody with it was merged."""
    kept = aliased(Person)
    rows = select(Household.id).select_from(Person).outerjoin(kept, kept.id == Person.merged_into)
    home = (Household.id == kept.household_id) | (kept.id.is_(None) & (Household.id == Person.household_id))
    numbered = or_(Person.id_number_index.in_(indexes), Person.phone_index.in_(indexes))
    return rows.join(Household, home).where(numbered)


def _places(session: Session, region: str, key: str) -> tuple[str, ...]:
    """Towns and villages of the region whose name was typed, in characters or letters, with or without 村 and 镇."""
    rows = session.execute(select(Region.code, Region.name).where(in_region(Region.code, region)))
    named = [(code, name) for code, name in rows if COUNTY < len(code) <= VILLAGE]
    return tuple(code for code, name in named if _is_called(name, key))


def _is_called(name: str, key: str) -> bool:
    short = PLACE.sub("", name)
    if not key.isascii():
        return name.startswith(key) and len(key) >= len(short)
    if not key.isalpha():
        return False
    return any(key == way for way in sounded(short) | sounded(name))
