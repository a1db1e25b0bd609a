"""填报表的行: what a household and its people are sent out with, each row under a seal that only this county opens."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from field.codes import Kind
from field.ledger.chain import canonical
from field.ledger.entries import Head
from field.monitoring.household_file import people
from field.monitoring.sheets.export_rows import Chosen
from field.registry.filling import HOUSEHOLD_FILLED, MEMBER_FILLED, PHONE, cell, text
from field.registry.filling_excel import Line
from field.registry.households import Household, Person
from field.registry.masking import mask_id_number, mask_phone
from field.registry.regions import TOWN, Region
from field.registry.roster import SEX
from field.registry.sealing import CannotOpen, blind, keyring

VERSION = "T1."
PURPOSE = b"filling"
BATCH = 200


class OldVersion(Exception):
    """旧版: the row was sent out by another version of the house."""


@dataclass(frozen=True)
class Sent:
    """发出去的一行: whose, up to which entry of the chain it was read, the values and how their cells looked.

    A telephone is no value here but its blind index; `person_id` is None for the row of the household itself.
    """

    household_id: str
    person_id: str | None
    number: str
    name: str
    seq: int
    values: dict[str, Any]
    cells: dict[str, str]


def seal(sent: Sent) -> str:
    """核对码: the row as it went out, under the county's key; whoever changes it or makes one cannot send it in."""
    sealed = keyring().seal(canonical(asdict(sent)).encode(), PURPOSE)
    return VERSION + base64.urlsafe_b64encode(sealed).decode()


def unseal(words: str) -> Sent:
    """The row as it went out; CannotOpen for what is no seal of ours, OldVersion."""
    if not words.startswith(VERSION):
        raise OldVersion if words[:1] == VERSION[0] and "." in words[:5] else CannotOpen
    try:
        sealed = base64.b64decode(words.removeprefix(VERSION).encode(), b"-_", validate=True)
    except ValueError as error:
        raise CannotOpen from error
    return Sent(**json.loads(keyring().open(sealed, PURPOSE)))


def values(of: Household | Person) -> dict[str, Any]:
    """What stands now in the columns to be filled in; what is not known is not there."""
    if isinstance(of, Household):
        found = {key: getattr(of, key) for key in HOUSEHOLD_FILLED}
    else:
        found = {key: getattr(of, key, None) or of.details.get(key) for key in MEMBER_FILLED}
        found |= {"months_away": of.months_away, "monthly_income": of.monthly_income}
        found["work_place"] = of.work_place or of.details.get("work_place_name")
    return {key: value for key, value in found.items() if value is not None}


def compared(key: str, value: Any) -> Any:
    """A value as it is weighed: a telephone by its blind index."""
    return blind("phone", value) if key == PHONE and value else value


def looks(key: str, value: Any, places: Mapping[str, str]) -> str | int | float:
    """A value in its cell: telephones masked, places by name."""
    if key == PHONE:
        return mask_phone(value) or ""
    return places.get(value, value) if key == "work_place" else cell(key, value)


class Sheets(Chosen):
    """填报表的行, of the households that are sought, batch by batch."""

    def batches(self) -> Iterator[tuple[int, list[Line], list[Line]]]:
        """The households done after each batch, the rows of households, the rows of people."""
        session, done = self._session, 0
        places: dict[str, str] = dict(session.execute(select(Region.code, Region.name)).all())
        for several in self.households(BATCH):
            done += len(several)
            ids = [one.id for one in several]
            heads = dict(session.execute(select(Head.chain_id, Head.seq).where(Head.chain_id.in_(ids))).all())
            members = people(session, ids)
            homes = [_of_household(one, heads[one.id], places) for one in several]
            persons = [
                _of_person(one, person, heads[one.id], places)
                for one in several for person in members[one.id] if not person.left
            ]  # fmt: skip
            yield done, homes, persons


def _of_household(one: Household, seq: int, places: Mapping[str, str]) -> Line:
    town, village = places.get(one.region[:TOWN], ""), places.get(one.region, "")
    shown = (one.number, town, village, one.head, one.persons, Kind.label_of(one.kind) or "")
    return _line(Sent(one.id, None, one.number, "", seq, {}, {}), shown, values(one), HOUSEHOLD_FILLED, places)


def _of_person(one: Household, person: Person, seq: int, places: Mapping[str, str]) -> Line:
    shown = (one.number, places.get(one.region, ""), person.name, person.relation or "",
             SEX.get(person.sex or "", ""), mask_id_number(person.id_number) or "")  # fmt: skip
    sent = Sent(one.id, person.id, one.number, person.name, seq, {}, {})
    return _line(sent, shown, values(person), MEMBER_FILLED, places)


def _line(
    sent: Sent, shown: Sequence[str | int], known: dict[str, Any], keys: Sequence[str], places: Mapping[str, str]
) -> Line:
    filled = [looks(key, known.get(key), places) if key in known else "" for key in keys]
    sent.values.update({key: compared(key, value) for key, value in known.items()})
    sent.cells.update({key: text(content) for key, content in zip(keys, filled, strict=True) if content != ""})
    return Line(shown, filled, seal(sent))
