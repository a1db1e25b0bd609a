"""绑定: any order of claims, confirmations and time; and who is taken for whom."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from field.codes import Channel
from field.monitoring.leads import bindings
from field.registry import contacts
from field.registry.consent import opt_in, opt_out, opted_out
from field.registry.contact_rules import (
    CLAIMED,
    FRESH,
    HOLDING,
    MONTH,
    MOVES,
    PENDING,
    REVOKED,
    STALE,
    TRIES_FOR_PERSON,
    TRIES_OF_ADDRESS,
    UNCONFIRMED,
    VERIFIED,
    ContactState,
    Decision,
    Limits,
    Proof,
    may_become,
    within_limits,
)
from field.registry.contacts import Contact, Contested, NotPossible, TooMany, address_index, attached
from field.registry.households import Person
from tests.messaging.people import NOW, Turns, household

SMS, WECHAT = Channel.SMS, Channel.WECHAT
ONE, OTHER, ON_FILE = "+8613900000001", "+8613900000002", "+8613900000003"
DAY = timedelta(days=1)


@pytest.fixture
def people(session: Session) -> list[Person]:
    """A couple without telephones on file, and a neighbour with one."""
    return [*household(session, "H1", None, None), *household(session, "H2", ON_FILE)]


def verified(session: Session, person: Person, address: str, now: datetime = NOW, channel: Channel = SMS) -> Contact:
    contact = contacts.claim(session, person, channel, address, now)
    contacts.ask(session, contact, now)
    contacts.confirm(session, contact, Proof.CODE, "code", now)
    return contact


def who(found: contacts.Attached) -> list[tuple[str, ContactState | None]]:
    return [(candidate.person_id, candidate.state) for candidate in found.candidates]


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (CLAIMED, {PENDING, VERIFIED, REVOKED}),
        (PENDING, {PENDING, VERIFIED, REVOKED}),
        (VERIFIED, {VERIFIED, STALE, REVOKED}),
        (STALE, {VERIFIED, REVOKED}),
        (REVOKED, set()),
    ],
)
def test_a_binding_goes_only_these_ways(state: ContactState, then: set[ContactState]) -> None:
    assert {possible for possible in ContactState if may_become(state, possible)} == then


@pytest.mark.parametrize(
    ("ages", "limits", "allowed"),
    [
        ([], ((1, DAY),), True),
        ([timedelta()], ((1, DAY),), False),
        ([DAY], ((1, DAY),), True),
        ([DAY - timedelta(seconds=1)], ((1, DAY),), False),
        ([timedelta(hours=1)] * 4, TRIES_OF_ADDRESS, True),
        ([timedelta(hours=1)] * 5, TRIES_OF_ADDRESS, False),
        ([3 * DAY] * 9, TRIES_OF_ADDRESS, True),
        ([3 * DAY] * 10, TRIES_OF_ADDRESS, False),
        ([timedelta(hours=1)] * 3, TRIES_FOR_PERSON, False),
    ],
)
def test_tries_are_counted_by_day_and_by_month(ages: list[timedelta], limits: Limits, allowed: bool) -> None:
    assert within_limits([NOW - age for age in ages], NOW, limits) is allowed


def test_the_only_verified_binding_is_attached(session: Session, people: list[Person]) -> None:
    contact = verified(session, people[0], ONE)
    assert attached(session, SMS, ONE, NOW) == contacts.Attached(contact)
    assert attached(session, WECHAT, ONE, NOW) == contacts.Attached(None), "another channel is another address"


@pytest.mark.parametrize(("age", "sure"), [(FRESH - timedelta(seconds=1), True), (FRESH, False)])
def test_a_binding_of_ninety_days_is_only_possible_any_more(
    session: Session, people: list[Person], age: timedelta, sure: bool
) -> None:
    contact = verified(session, people[0], ONE)
    found = attached(session, SMS, ONE, NOW + age)
    assert found.contact is (contact if sure else None)
    assert who(found) == ([] if sure else [(people[0].id, VERIFIED)])
    assert contacts.grow_old(session, NOW + age) == (0 if sure else 1)
    contacts.confirm(session, contact, Proof.VISIT, "cadre", NOW + age)
    assert attached(session, SMS, ONE, NOW + age).contact is contact, "confirmed again, it is fresh again"


def test_a_telephone_that_serves_two_of_a_family_is_attached_to_neither(session: Session, people: list[Person]) -> None:
    husband, wife, _ = people
    verified(session, husband, ONE)
    verified(session, wife, ONE)
    found = attached(session, SMS, ONE, NOW)
    assert found.contact is None
    assert who(found) == [(husband.id, VERIFIED), (wife.id, VERIFIED)]


def test_candidates_come_likelier_ones_first_and_each_once(session: Session, people: list[Person]) -> None:
    husband, wife, neighbour = people
    contacts.claim(session, husband, SMS, ON_FILE, NOW)
    contacts.ask(session, contacts.claim(session, wife, SMS, ON_FILE, NOW), NOW)
    assert who(attached(session, SMS, ON_FILE, NOW)) == [
        (wife.id, PENDING),
        (husband.id, CLAIMED),
        (neighbour.id, None),
    ]
    verified(session, neighbour, ON_FILE)
    later = NOW + FRESH
    found = attached(session, SMS, ON_FILE, later)
    assert who(found) == [(neighbour.id, VERIFIED), (wife.id, PENDING), (husband.id, CLAIMED)]


def test_the_dead_are_no_candidates(session: Session, people: list[Person]) -> None:
    people[2].left = "died"
    session.flush()
    assert attached(session, SMS, ON_FILE, NOW).candidates == ()


@pytest.mark.parametrize("how", ["bound", "on file"])
def test_a_number_of_another_household_is_never_moved_silently(
    session: Session, people: list[Person], how: str
) -> None:
    husband, _, neighbour = people
    number = ONE if how == "bound" else ON_FILE
    if how == "bound":
        verified(session, neighbour, number)
    contact = contacts.claim(session, husband, SMS, number, NOW)
    with pytest.raises(Contested) as contested:
        contacts.confirm(session, contact, Proof.CODE, "code", NOW)
    assert [holder.person_id for holder in contested.value.holders] == [neighbour.id]
    assert contact.state == CLAIMED
    assert number not in str(contested.value)


def test_a_number_that_was_long_not_confirmed_is_still_held(session: Session, people: list[Person]) -> None:
    husband, _, neighbour = people
    old = verified(session, neighbour, ONE)
    later = NOW + FRESH
    contacts.grow_old(session, later)
    contact = contacts.claim(session, husband, SMS, ONE, later)
    with pytest.raises(Contested):
        contacts.confirm(session, contact, Proof.CODE, "code", later)
    session.refresh(old)
    assert old.state == STALE
    contacts.confirm(session, contact, Proof.VISIT, "town", later, Decision.SHARE)
    assert who(attached(session, SMS, ONE, later)) == [(husband.id, VERIFIED), (neighbour.id, STALE)]


@pytest.mark.parametrize("decision", Decision)
def test_a_person_decides_whether_a_held_number_is_shared_or_moved(
    session: Session, people: list[Person], decision: Decision
) -> None:
    husband, _, neighbour = people
    held = verified(session, neighbour, ONE)
    contact = contacts.claim(session, husband, SMS, ONE, NOW)
    contacts.confirm(session, contact, Proof.VISIT, "town", NOW, decision)
    assert (contact.state, contact.proof, contact.confirmed_by) == (VERIFIED, Proof.VISIT, "town")
    if decision is Decision.SHARE:
        assert (held.state, attached(session, SMS, ONE, NOW).contact) == (VERIFIED, None)
    else:
        assert (held.state, held.revoked_at, held.reason) == (REVOKED, NOW, contacts.MOVED)
        assert attached(session, SMS, ONE, NOW).contact is contact


def test_a_changed_number_is_a_new_row_and_the_old_one_stays_with_its_reason(
    session: Session, people: list[Person]
) -> None:
    old = verified(session, people[0], ONE)
    wechat = verified(session, people[0], "openid-1", channel=WECHAT)
    later = NOW + DAY
    new = contacts.claim(session, people[0], SMS, OTHER, later)
    assert attached(session, SMS, ONE, later).contact is old, "until the new number is confirmed"
    contacts.confirm(session, new, Proof.ANSWER, "person", later)
    assert (new.replaces, old.state, old.revoked_at, old.reason) == (old.id, REVOKED, later, contacts.CHANGED)
    assert (old.address, old.confirmed_at) == (ONE, NOW)
    assert wechat.state == VERIFIED
    assert attached(session, SMS, ONE, later) == contacts.Attached(None)


def test_what_was_never_confirmed_ends_after_a_month(session: Session, people: list[Person]) -> None:
    contact = contacts.claim(session, people[0], SMS, ONE, NOW)
    assert bindings.grow_old(session, NOW + UNCONFIRMED - timedelta(seconds=1)) == 0
    assert bindings.grow_old(session, NOW + UNCONFIRMED) == 1
    session.expire_all()
    assert (contact.state, contact.reason) == (REVOKED, contacts.NEVER_CONFIRMED)
    with pytest.raises(NotPossible):
        contacts.confirm(session, contact, Proof.CODE, "code", NOW + UNCONFIRMED)


def test_the_same_claim_again_is_the_same_and_counts_once(session: Session, people: list[Person]) -> None:
    claims = {contacts.claim(session, people[0], SMS, ONE, NOW).id for _ in range(20)}
    assert len(claims) == 1


def test_whom_a_merged_row_speaks_for_has_the_claim(session: Session, people: list[Person]) -> None:
    people[1].merged_into = people[0].id
    session.flush()
    assert contacts.claim(session, people[1], SMS, OTHER, NOW).person_id == people[0].id


def test_who_guesses_names_is_stopped_and_nothing_is_kept_of_it(session: Session, people: list[Person]) -> None:
    for _ in range(5):
        contacts.note_try(session, SMS, ONE, None, NOW)
    with pytest.raises(TooMany):
        contacts.claim(session, people[0], SMS, ONE, NOW)
    assert session.scalars(select(Contact)).all() == []
    contacts.claim(session, people[0], SMS, ONE, NOW + DAY)


def test_many_addresses_cannot_claim_one_person(session: Session, people: list[Person]) -> None:
    for number in range(3):
        contacts.claim(session, people[0], SMS, f"+861390000100{number}", NOW)
    with pytest.raises(TooMany):
        contacts.claim(session, people[0], WECHAT, "openid-1", NOW)
    contacts.claim(session, people[1], WECHAT, "openid-1", NOW)


def test_tries_are_forgotten_after_a_month(session: Session) -> None:
    contacts.note_try(session, SMS, ONE, None, NOW)
    contacts.grow_old(session, NOW + MONTH - DAY)
    assert len(session.scalars(select(contacts.BindingTry)).all()) == 1
    contacts.grow_old(session, NOW + MONTH)
    assert session.scalars(select(contacts.BindingTry)).all() == []


def test_who_opted_out_stays_out_until_asking_to_be_in(session: Session, people: list[Person]) -> None:
    index = address_index(SMS, ONE)
    for day in (0, 1):
        opt_out(session, SMS, index, NOW + day * DAY)
    verified(session, people[0], ONE)
    assert opted_out(session, SMS, index)
    assert not opted_out(session, SMS, address_index(SMS, OTHER))
    opt_in(session, SMS, index)
    assert not opted_out(session, SMS, index)


def test_an_address_cannot_be_read_in_the_database(session: Session, people: list[Person]) -> None:
    verified(session, people[0], ONE)
    [row] = session.execute(select(type_coerce(Contact.address, LargeBinary), Contact.address_index))
    assert ONE.encode() not in row[0]
    assert "1390000" not in row[1]


def test_of_two_households_that_confirm_one_number_at_once_one_is_contested(engine: Engine) -> None:
    turns = Turns(engine)

    def claims(session: Session) -> list[str]:
        people = household(session, "H1", None) + household(session, "H2", None)
        return [contacts.claim(session, person, SMS, ONE, NOW).id for person in people]

    rounds, told = turns(claims), []
    together = threading.Barrier(2, timeout=30)

    def confirm(contact_id: str) -> None:
        def work(session: Session) -> None:
            contact = session.get_one(Contact, contact_id)
            contacts.confirm(session, contact, Proof.CODE, "code", NOW)

        together.wait()
        try:
            turns(work)
            told.append("confirmed")
        except Contested:
            told.append("contested")

    hands = [threading.Thread(target=confirm, args=(contact_id,)) for contact_id in rounds]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    assert sorted(told) == ["confirmed", "contested"]
    with Session(engine) as session:
        assert Counter(session.scalars(select(Contact.state))) == {"verified": 1, "claimed": 1}


class Bindings(RuleBasedStateMachine):
    """Three people of two households, three numbers, and any order of what people may do with them."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.session = Session(engine, expire_on_commit=False)
        self.people = household(self.session, "H1", None, None) + household(self.session, "H2", ON_FILE)
        self.now = NOW
        self.seen: dict[str, dict[str, Any]] = {}
        self.tries: list[tuple[datetime, str, str]] = []
        self.shared: set[str] = set()

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    def rows(self) -> list[Contact]:
        self.session.expire_all()
        return list(self.session.scalars(select(Contact).order_by(Contact.id)))

    @rule(person=st.integers(0, 2), address=st.sampled_from([ONE, OTHER, ON_FILE]))
    def claim(self, person: int, address: str) -> None:
        whose = self.people[person]
        there = [row for row in self.rows() if row.revoked_at is None]
        known = any((row.person_id, row.address) == (whose.id, address) for row in there)
        mine = [at for at, tried, _ in self.tries if tried == address]
        theirs = [at for at, _, tried in self.tries if tried == whose.id]
        free = within_limits(mine, self.now, TRIES_OF_ADDRESS) and within_limits(theirs, self.now, TRIES_FOR_PERSON)
        try:
            contacts.claim(self.session, whose, SMS, address, self.now)
        except TooMany:
            assert not known
            assert not free
            return
        assert known or free
        if not known:
            self.tries.append((self.now, address, whose.id))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        self.attempt(data, PENDING, lambda contact: contacts.ask(self.session, contact, self.now))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        self.attempt(data, REVOKED, lambda contact: contacts.revoke(self.session, contact, "退绑", self.now))

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), decision=st.sampled_from([None, None, *Decision]))
    def confirm(self, data: st.DataObject, decision: Decision | None) -> None:
        def work(contact: Contact) -> None:
            held = [row for row in self.rows() if row.address == contact.address and row.state in HOLDING]
            strangers = [row for row in held if row.household_id != contact.household_id]
            file = contact.address == ON_FILE and contact.person_id != self.people[2].id
            try:
                contacts.confirm(self.session, contact, Proof.CODE, "code", self.now, decision)
            except Contested:
                assert decision is None
                assert strangers or file
                raise
            assert decision is not None or not (strangers or file)
            if decision is Decision.SHARE:
                self.shared.add(contact.address)

        self.attempt(data, VERIFIED, work)

    def attempt(self, data: st.DataObject, then: ContactState, work: Any) -> None:
        """Do it to one of the rows; what is refused changes nothing."""
        contact = data.draw(st.sampled_from(self.rows()), label="contact")
        before = [values(row) for row in self.rows()]
        possible = then in MOVES[ContactState(contact.state)]
        try:
            work(contact)
        except NotPossible:
            assert not possible
            assert [values(row) for row in self.rows()] == before
        except Contested:
            assert [values(row) for row in self.rows()] == before
        else:
            assert possible
            assert contact.state == then

    @rule(days=st.sampled_from([0, 1, 29, 30, 89, 90]), sweep=st.booleans())
    def wait(self, days: int, sweep: bool) -> None:
        self.now += timedelta(days=days)
        if sweep:
            bindings.grow_old(self.session, self.now)

    @invariant()
    def every_change_is_one_that_may_be(self) -> None:
        rows = {row.id: values(row) for row in self.rows()}
        assert self.seen.keys() <= rows.keys(), "no row ever goes"
        for row_id, was in self.seen.items():
            state, then = ContactState(was["state"]), ContactState(rows[row_id]["state"])
            assert then == state or then in MOVES[state]
            assert state != REVOKED or rows[row_id] == was, "what has ended is history"
            assert rows[row_id]["address"] == was["address"]
        self.seen = rows

    @invariant()
    def nobody_is_verified_twice_on_a_channel(self) -> None:
        verified = Counter(row.person_id for row in self.rows() if row.state == VERIFIED)
        assert set(verified.values()) <= {1}

    @invariant()
    def two_households_hold_a_number_only_where_a_person_said_so(self) -> None:
        for address in {ONE, OTHER, ON_FILE} - self.shared:
            holders = {row.household_id for row in self.rows() if row.address == address and row.state in HOLDING}
            assert len(holders) <= 1

    @invariant()
    def only_a_single_fresh_binding_is_attached(self) -> None:
        rows = self.rows()
        for address in (ONE, OTHER, ON_FILE):
            held = [row for row in rows if row.address == address and row.state in HOLDING]
            sure = len(held) == 1 and held[0].state == VERIFIED and self.now - held[0].confirmed_at < FRESH  # type: ignore[operator]
            found = attached(self.session, SMS, address, self.now)
            assert found.contact is (held[0] if sure else None)
            assert {row.person_id for row in held} <= {one.person_id for one in found.candidates} or sure


def values(row: Contact) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in Contact.__table__.columns}


def test_any_order_of_claims_confirmations_and_days_keeps_the_rules(engine: Engine) -> None:
    often = settings(
        max_examples=25, stateful_step_count=25, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    run_state_machine_as_test(lambda: Bindings(engine), settings=often)  # type: ignore[arg-type]
