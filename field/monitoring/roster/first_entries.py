"""首次登记: the entries of households that are new, with all that follows from them; made without a session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from uuid6 import uuid7

from field.codes import Channel, EntryKind
from field.ledger.chain import GENESIS, Line, canonical
from field.ledger.entries import COLUMNS, Draft, Entry, Head, Secret, sealed_entry
from field.monitoring.roster.roster_rows import Rows, Tables, by_column, rows_of_new
from field.registry.households import Household
from field.registry.numbers import derived_id
from field.registry.roster import RosterHousehold
from field.registry.sealing import blind, keyring


class Made(NamedTuple):
    """做好的: the numbers and ids of new households, when they were recorded, and all their rows."""

    numbers: list[str]
    ids: list[str]
    now: datetime
    tables: Tables

    @property
    def identified(self) -> list[Entry]:
        """The entries of those that are monitored or once were."""
        columns = self.tables[Household]
        of = zip(columns["id"], columns["kind"], columns["identified_on"], strict=True) if columns else ()
        return [Entry(chain_id=id_, seq=1, recorded_at=self.now) for id_, kind, day in of if kind or day]


def make(households: Sequence[RosterHousehold], actor: str, now: datetime) -> Made:
    """The first entry of each household, an id for it and for each member."""
    rows: list[dict[str, Any]] = []
    secrets: Rows = []
    entered: list[tuple[Line, dict[str, Any]]] = []
    for one in households:
        household_id = str(uuid7())
        payload = {**one, "members": [{**said, "id": person_id(household_id, said)} for said in one["members"]]}
        draft = drafted(household_id, 1, digest(one), payload, actor, now)
        row, secret = sealed_entry(draft, 1, GENESIS, now)
        rows.append(row)
        secrets += [secret] if secret else []
        entered.append((Line(**{name: row[name] for name in COLUMNS}), payload))
    heads = [{"chain_id": row["chain_id"], "seq": 1, "hash": row["hash"], "closed": False} for row in rows]
    chain = {Entry: by_column(rows), Secret: by_column(secrets), Head: by_column(heads)}
    ids = [row["chain_id"] for row in rows]
    return Made([one["number"] for one in households], ids, now, chain | rows_of_new(entered))


def digest(household: RosterHousehold) -> str:
    """A keyed digest of what the sheet says of a household: the same again says nothing new."""
    return keyring().name(canonical(household).encode())


def drafted(
    household_id: str, times: int, said: str, payload: dict[str, Any], actor: str, now: datetime
) -> Draft:  # fmt: skip
    """What is recorded of a household for the so many-th time."""
    key = f"roster:{household_id}:{times}:{said}"
    return Draft(household_id, EntryKind.ROSTER, Channel.ROSTER, actor, now, key, payload)


def person_id(household_id: str, said: dict[str, Any]) -> str:
    """Made from the keyed digest of the ID number, so that the id gives nothing of the number away."""
    return derived_id(household_id, blind("id_number", said["id_number"]))
