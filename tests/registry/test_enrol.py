"""登记: households enter the ledger, once each, and change only by later entries."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from field.db import transact
from field.ledger.entries import Entry, opened
from field.ledger.facts import Fact
from field.ledger.note import Signer
from field.ledger.verify import verify
from field.monitoring.rebuild import rebuild
from field.monitoring.roster.enrol import Counts, enrol
from field.monitoring.roster.first_entries import make
from field.monitoring.workers.worker_standings import WorkerStanding, note_workers
from field.registry.households import Household, Person
from field.registry.idnumber import make as make_id
from field.registry.roster import RosterHousehold
from field.registry.sealing import Keyring

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def roster(number: str = "H1", **changes: Any) -> RosterHousehold:
    """A household of two as it was read from a sheet."""
    place = int(number[1:])
    numbers = [make_id("420699", date(1960 + seat, 5, 4), place) for seat in (0, 5)]
    members: list[dict[str, Any]] = [
        {
            "name": "演示甲",
            "relation": "户主",
            "id_number": numbers[0],
            "phone": f"+86174000000{place:02d}",
            "health": "健康",
        },
        {"name": "演示乙", "relation": "配偶", "id_number": numbers[1], "work_place": "4201", "monthly_income": 350000},
    ]
    household: RosterHousehold = {"number": number, "region": "420626107204", "members": members}
    return household | changes  # type: ignore[return-value]


def enrolled(session: Session, households: Iterable[RosterHousehold], later: int = 0) -> Counts:
    """Enrol and commit, some days later."""
    return transact(lambda session: enrol(session, households, "county", NOW + timedelta(days=later)), session)


def people(session: Session) -> dict[str, Person]:
    """Everybody by name."""
    return {person.name: person for person in session.scalars(select(Person).order_by(Person.position))}


def test_the_same_roster_again_adds_nothing(session: Session) -> None:
    households = [roster(f"H{place}") for place in range(1, 8)]
    assert enrolled(session, households) == Counts(new=7, persons=14)
    assert enrolled(session, households, later=1) == Counts(same=7)
    assert len(session.scalars(select(Entry)).all()) == 7


def test_changed_content_becomes_a_second_entry_and_people_keep_their_ids(session: Session) -> None:
    enrolled(session, [roster(), roster("H2")])
    before = {person.id for person in session.scalars(select(Person))}
    changed = roster(kind="marginal", identified_on="2026-11-01", risk_factors=["illness", "schooling"])
    assert enrolled(session, [changed, roster("H2")], later=1) == Counts(changed=1, same=1, persons=2)
    session.expire_all()
    assert {person.id for person in session.scalars(select(Person))} == before
    household = session.scalars(select(Household).where(Household.number == "H1")).one()
    assert (household.kind, household.main_risk) == ("marginal", "illness")
    assert [entry.seq for entry in session.scalars(select(Entry).where(Entry.chain_id == household.id))] == [1, 2]


def test_a_household_changed_and_changed_back_has_three_entries(session: Session) -> None:
    for later, address in enumerate((None, "新房子", None)):
        enrolled(session, [roster(address=address) if address else roster()], later)
    assert len(session.scalars(select(Entry)).all()) == 3
    assert session.scalars(select(Household)).one().address is None


def test_who_is_not_on_the_roster_any_more_stays_as_left_and_may_come_back(session: Session) -> None:
    whole = roster()
    enrolled(session, [whole])
    enrolled(session, [roster(members=whole["members"][:1])], later=1)
    session.expire_all()
    assert [person.left for person in people(session).values()] == [None, "delisted"]
    assert session.scalars(select(Household)).one().persons == 1
    enrolled(session, [whole], later=2)
    session.expire_all()
    assert [person.left for person in people(session).values()] == [None, None]
    assert session.scalars(select(Household)).one().persons == 2


def test_a_corrected_id_number_leaves_the_person_the_same(session: Session) -> None:
    enrolled(session, [roster()])
    before = people(session)["演示乙"].id
    head, spouse = roster()["members"]
    enrolled(session, [roster(members=[head, {**spouse, "id_number": roster("H9")["members"][1]["id_number"]}])], 1)
    session.expire_all()
    assert people(session)["演示乙"].id == before


def test_a_number_that_another_family_has_changes_nothing_until_somebody_of_it_is_listed(session: Session) -> None:
    enrolled(session, [roster(), roster("H2")])
    strangers = roster(members=[{**one, "name": f"{one['name']}丙"} for one in roster("H9")["members"]])
    assert enrolled(session, [strangers, roster("H2", group="4组")], later=1) == Counts(
        changed=1, persons=2, others=("H1",)
    )
    session.expire_all()
    ours = session.scalars(select(Household).where(Household.number == "H1")).one()
    assert [entry.seq for entry in session.scalars(select(Entry).where(Entry.chain_id == ours.id))] == [1]
    named = session.execute(select(Person.name, Person.left).where(Person.household_id == ours.id)).all()
    assert sorted(map(tuple, named)) == [("演示乙", None), ("演示甲", None)]
    assert enrolled(session, [strangers], later=2).others == ("H1",)
    joined = roster(members=[strangers["members"][0], roster()["members"][1]])
    assert enrolled(session, [joined], later=3) == Counts(changed=1, persons=2)
    session.expire_all()
    left = dict(session.execute(select(Person.name, Person.left).where(Person.household_id == ours.id)).all())
    assert left == {"演示甲": "delisted", "演示乙": None, "演示甲丙": None}
    assert enrolled(session, [roster()], later=4) == Counts(changed=1, persons=2), "who was delisted is known as well"
    assert transact(rebuild, session).differing == ()


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ({}, False),
        ({"phone": "+8617499999999", "birth_date": "1966-05-04"}, False),
        ({"birth_date": "1960-05-04"}, False),
        ({"phone": "+8617400000001"}, True),
        ({"bank_account": "6200000000000000011"}, True),
    ],
)
def test_a_namesake_alone_makes_no_family_the_same(session: Session, said: dict[str, Any], *, same: bool) -> None:
    whole = roster()
    whole["members"][0] |= {"bank_account": "6200000000000000011", "birth_date": "1960-05-04"}
    enrolled(session, [whole])
    before = {person.id: person.left for person in session.scalars(select(Person))}
    others = roster("H9")["members"]
    namesake = {name: others[0][name] for name in ("relation", "id_number")} | {"name": "演示甲"}
    mistaken = roster(members=[namesake | said, others[1] | {"name": "演示丁"}])
    found = enrolled(session, [mistaken], later=1)
    assert found == (Counts(changed=1, persons=2) if same else Counts(others=("H1",)))
    session.expire_all()
    after = {person.id: person.left for person in session.scalars(select(Person))}
    assert (after == before) is not same
    assert transact(rebuild, session).differing == ()


@pytest.mark.parametrize(("born", "same"), [("1960-05-04", True), ("1966-05-04", False), (None, False)])
def test_who_is_here_without_an_id_number_is_known_by_name_and_birth_date(
    session: Session, born: str | None, *, same: bool
) -> None:
    enrolled(session, [roster()])
    unnumbered = {"id_number": None, "id_number_index": None, "birth_date": born and date.fromisoformat(born)}
    session.execute(update(Person).values(unnumbered))
    session.commit()
    head = roster("H9")["members"][0] | {"birth_date": "1960-05-04", "phone": "+8617499999999"}
    found = enrolled(session, [roster(members=[head])], later=1)
    assert found == (Counts(changed=1, persons=1) if same else Counts(others=("H1",)))


def test_within_a_family_that_is_known_a_namesake_is_the_same_person(session: Session) -> None:
    enrolled(session, [roster()])
    before = {person.id for person in session.scalars(select(Person))}
    head, spouse = roster()["members"]
    corrected = {**spouse, "id_number": make_id("420699", date(1971, 2, 3), 77)}
    assert enrolled(session, [roster(members=[head, corrected])], later=1) == Counts(changed=1, persons=2)
    session.expire_all()
    assert {person.id for person in session.scalars(select(Person))} == before


def test_what_was_made_before_is_taken_for_those_alone_who_are_still_new(session: Session) -> None:
    households = [roster(f"H{place}") for place in range(1, 4)]
    made = make(households, "county", NOW)
    assert transact(lambda session: enrol(session, households, "county", NOW, made), session) == Counts(
        new=3, persons=6
    )
    assert set(session.scalars(select(Household.id))) == set(made.ids)
    more = [roster(f"H{place}") for place in range(4, 7)]
    late = make(more, "county", NOW)
    enrolled(session, more[:1])
    again = transact(lambda session: enrol(session, more, "county", NOW, late), session)
    assert again == Counts(new=2, same=1, persons=4)
    assert transact(rebuild, session).differing == ()


WORKING: list[dict[str, Any]] = [
    {"work_place": "4201"}, {"work_place": "420626"}, {"work_place": "420626107204"}, {"work_place": "浙江省宁波市"},
    {"months_away": 5}, {"months_away": 0, "monthly_income": 350000}, {"work_place": "4201", "monthly_income": 0}, {},
    {"work_place": "浙江省宁波市", "months_away": 12, "phone": "+8617400000077"},
]  # fmt: skip


def test_what_a_first_entry_says_of_workers_is_what_asking_would_find(session: Session) -> None:
    head = roster()["members"][0]
    enrolled(session, [
        roster(f"H{place}", members=[{**head, "id_number": make_id("420699", date(1961, 5, 4), place), "phone": None, **said}])
        for place, said in enumerate(WORKING, 1)
    ])  # fmt: skip
    rows = select(*WorkerStanding.__table__.c).order_by(WorkerStanding.person_id)
    said = session.execute(rows).all()
    entries = session.scalars(select(Entry)).all()
    session.execute(delete(WorkerStanding))
    note_workers(session, entries)
    assert said == session.execute(rows).all()
    assert len(said) == 4


def test_an_entry_keeps_the_whole_roster_row_and_rebuilding_gives_the_same(session: Session, ring: Keyring) -> None:
    whole = roster()
    enrolled(session, [whole, roster("H2")])
    enrolled(session, [roster(members=whole["members"][:1], no_labour=True), roster("H2", group="4组")], later=1)
    enrolled(session, [roster(group="5组")], later=2)
    assert transact(rebuild, session).differing == ()
    assert verify(session, Signer("test/ledger", ring.signing_key).verifier).sound
    entry = session.scalars(select(Entry).order_by(Entry.recorded_at)).first()
    assert entry is not None
    [payload] = opened(session, [entry])
    ids = [member.pop("id") for member in payload["members"]]
    assert payload in (whole, roster("H2"))
    assert len(set(ids)) == 2


def test_facts_of_the_roster_carry_where_they_come_from(session: Session) -> None:
    enrolled(session, [roster(risk_factors=["illness"])])
    found = {fact.attribute: fact for fact in session.scalars(select(Fact))}
    assert set(found) == {"risk_factors", "phone", "work_place", "monthly_income"}
    assert (found["phone"].value, found["phone"].sealed) == ("174****0001", "+8617400000001")
    assert {(fact.channel, fact.recorder, fact.level) for fact in found.values()} == {("roster", "county", 2)}


def test_no_number_lies_readable_in_the_database(session: Session) -> None:
    card = roster()["members"][0]["id_number"] + "43"
    head, spouse = roster()["members"]
    head |= {"bank_account": "6200000000000000011", "disability_card": card}
    enrolled(session, [roster(members=[head, spouse])])
    assert people(session)["演示甲"].details == {"disability": "肢体三级"}
    dump = ""
    for table in ("entry", "entry_secret", "household", "person", "fact", "chain_head"):
        for row in session.execute(text(f"SELECT * FROM {table}")):
            dump += " ".join(bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v) for v in row)
    assert "演示甲" in dump, "names are readable, as the security page says"
    for number in (card[:18], card[4:], "17400000001", "6200000000000000011"):
        assert number not in dump


@pytest.mark.parametrize("place", ["4201", "浙江省宁波市", "420626107204"])
def test_a_work_place_may_be_a_code_or_a_name(session: Session, place: str) -> None:
    head, spouse = roster()["members"]
    enrolled(session, [roster(members=[head, {**spouse, "work_place": place}])])
    spouse_now = people(session)["演示乙"]
    assert place == (spouse_now.work_place or spouse_now.details["work_place_name"])
