"""备好的语句: what goes past SQLAlchemy to the driver means the same as if it had not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import LargeBinary, bindparam, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from field.ledger.facts import Fact
from field.orm import UtcDateTime
from field.prepared import Prepared, add, change, pour
from field.registry.sealing import sealed

AT = datetime(2026, 11, 20, 2, 30, 0, 123000, tzinfo=UTC)
new_facts = Prepared(insert(Fact))
seen_since = Prepared(
    select(Fact.value, Fact.sealed, Fact.observed_at, Fact.level)
    .where(Fact.subject == bindparam("who"), Fact.observed_at >= bindparam("since", type_=UtcDateTime()))
    .where(Fact.level > 0)
    .order_by(Fact.seq)
)
facts_of = Prepared(select(Fact).where(Fact.subject == bindparam("who")).order_by(Fact.seq))


def fact(seq: int, **changes: Any) -> dict[str, Any]:
    row = {
        "chain_id": "c", "seq": seq, "place": 0, "subject": "p", "attribute": "phone", "value": {"钱": [1, None, "元"]},
        "sealed": "+8613800000150", "channel": "phone", "informant": None, "recorder": "cadre", "observed_at": AT, "level": 3,
        "trusted": 0,
    }  # fmt: skip
    return row | changes


def test_values_go_in_and_come_out_as_sqlalchemy_has_them(session: Session) -> None:
    new_facts.run(session, fact(1), fact(2, sealed=None, value=7))
    session.execute(insert(Fact), [fact(3)])
    found = seen_since.rows(session, {"who": "p", "since": AT})
    kept = session.execute(select(Fact.value, Fact.sealed, Fact.observed_at, Fact.level).order_by(Fact.seq)).all()
    assert found == [tuple(row) for row in kept]
    assert found[0] == found[2] == ({"钱": [1, None, "元"]}, "+8613800000150", AT, 3)
    assert found[1][:2] == (7, None)
    assert seen_since.rows(session, {"who": "p", "since": AT.replace(year=2027)}) == []


def test_many_rows_given_by_column_are_the_rows_that_sqlalchemy_writes(session: Session) -> None:
    rows = [fact(1), fact(2, sealed=None, value=7, observed_at=AT.replace(microsecond=999_999)), fact(3)]
    pour(session, Fact, {name: [row[name] for row in rows] for name in rows[0]})
    session.execute(insert(Fact), [row | {"chain_id": "d"} for row in rows])
    kept = session.execute(select(*Fact.__table__.c).order_by(Fact.chain_id, Fact.seq)).all()
    assert [row[1:] for row in kept[:3]] == [row[1:] for row in kept[3:]]
    hidden = session.scalars(select(type_coerce(Fact.sealed, LargeBinary)).where(Fact.sealed.is_not(None))).all()
    assert len(set(hidden)) == 4, "each is sealed by itself, though they are the same"
    pour(session, Fact, {name: [] for name in rows[0]})
    pour(session, Fact, {})


def test_what_was_sealed_before_is_kept_as_it_is(session: Session) -> None:
    session.execute(insert(Fact), [fact(1) | {"sealed": sealed("fact", "+8613800000150")}])
    assert session.scalar(select(Fact.sealed)) == "+8613800000150"


def test_what_the_session_still_holds_is_written_first(session: Session) -> None:
    session.add(Fact(**fact(1)))
    assert len(seen_since.rows(session, {"who": "p", "since": AT})) == 1


def test_nothing_to_write_is_no_statement(session: Session) -> None:
    new_facts.run(session)
    assert not session.in_transaction()


def test_a_refusal_of_the_database_is_sqlalchemys_and_tells_no_value(session: Session) -> None:
    new_facts.run(session, fact(1))
    with pytest.raises(IntegrityError) as refused:
        new_facts.run(session, fact(1, recorder="somebody"))
    assert "somebody" not in str(refused.value)
    session.rollback()
    assert seen_since.rows(session, {"who": "p", "since": AT}) == []


def test_what_is_only_written_is_there_after_the_commit_and_gone_with_what_is_undone(session: Session) -> None:
    new_facts.run(session, fact(1))
    session.commit()
    new_facts.run(session, fact(2))
    session.rollback()
    new_facts.run(session, fact(3))
    with session.begin_nested() as part:
        new_facts.run(session, fact(4))
        part.rollback()
    new_facts.run(session, fact(5))
    session.commit()
    assert session.scalars(select(Fact.seq).order_by(Fact.seq)).all() == [1, 3, 5]


def test_a_time_without_zone_is_refused_here_too(session: Session) -> None:
    with pytest.raises(ValueError, match="without zone"):
        new_facts.run(session, fact(1, observed_at=AT.replace(tzinfo=None)))


def test_whole_objects_are_the_sessions_own(session: Session) -> None:
    new_facts.run(session, fact(1))
    session.add(Fact(**fact(2)))
    first, second = facts_of.objects(session, Fact, {"who": "p"})
    assert first is session.get(Fact, ("c", 1, 0))
    assert (first.value, first.sealed, first.observed_at) == ({"钱": [1, None, "元"]}, "+8613800000150", AT)
    assert not session.dirty, "what was read is no change"
    second.level = 5
    session.flush()
    session.expire_all()
    assert session.get_one(Fact, ("c", 2, 0)).level == 5


def test_an_object_that_is_known_tells_what_the_database_has_now(session: Session) -> None:
    known = add(session, Fact, **fact(1))
    new_facts.run(session, fact(2))
    session.execute(update(Fact).values(level=1).execution_options(synchronize_session=False))
    assert known.level == 3
    assert [one.level for one in facts_of.objects(session, Fact, {"who": "p"})] == [1, 1]
    assert known.level == 1


def test_what_is_changed_at_once_is_so_in_object_and_row_and_in_no_other(session: Session) -> None:
    one, other = add(session, Fact, **fact(1)), add(session, Fact, **fact(2))
    change(one, sealed="+8613800000151", level=2)
    session.rollback()
    assert facts_of.objects(session, Fact, {"who": "p"}) == []
    one, other = add(session, Fact, **fact(1)), add(session, Fact, **fact(2))
    change(one, sealed="+8613800000151", level=2)
    assert (one.sealed, one.level) == ("+8613800000151", 2)
    assert not session.dirty
    session.commit()
    assert [(it.sealed, it.level) for it in (one, other)] == [("+8613800000151", 2), ("+8613800000150", 3)]


def test_after_a_rollback_the_next_statement_is_in_a_transaction_of_its_own(session: Session) -> None:
    new_facts.run(session, fact(1))
    session.rollback()
    new_facts.run(session, fact(1))
    assert session.in_transaction()
    session.commit()
    assert len(seen_since.rows(session, {"who": "p", "since": AT})) == 1
