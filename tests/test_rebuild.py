"""重建: what is derived is a function of the entries alone."""

import random
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from field import clock
from field.commands.judgement import sweep_county
from field.db import alone, db, transact
from field.ledger.verify import verify
from field.monitoring.policy.shelf import OURS, shelf, use_shelf
from field.monitoring.rebuild import DERIVED, fingerprint, rebuild
from field.monitoring.risk.judgement import Judgement
from field.registry.households import Household
from field.worker import signer
from tests.county import County

VILLAGE = "420626107204"


def test_rebuilding_gives_the_same_after_a_month_of_visits(county: County) -> None:
    chance = random.Random(7)
    cadres = [county.client("cadre"), county.client("town")]
    head, spouse = members(county)
    for day in range(12):
        changes: dict[str, Any] = {"unchanged": chance.sample(["income", "expenses", "members"], 2)}
        if day % 3 == 0:
            changes["members"] = [{"person_id": head, "phone": "13800000199", "work": "电子厂", "months_away": day}]
        if day == 5:
            changes["members"] = [{"new": {"name": "陈小宝", "sex": "male", "phone": "0710-5822345"}}]
        if day == 8:
            changes["members"] = [{"person_id": spouse, "left": "married_out"}]
        visit = county.visit(**changes)
        if day % 4 == 1:
            del visit["income"], visit["expenses"]
            visit["unchanged"] = ["income", "expenses"]
        visit["evidence"] = [{"sha256": f"{day:064x}", "kind": "house"}]
        assert chance.choice(cadres).post("/api/visits", json=visit).status_code == 201
    with county.app.app_context():
        before = {table: fingerprint(db.session(), table) for table in DERIVED}
        rebuilt = transact(rebuild)
        assert rebuilt.differing == ()
        assert {table: fingerprint(db.session(), table) for table in DERIVED} == before
        household = db.session.get_one(Household, county.households[VILLAGE])
        assert household.persons == 2, "one was born, one married away"
        assert verify(db.session(), signer(county.app.config["FIELD"]).verifier).sound


def test_a_household_changed_by_hand_is_named(county: County) -> None:
    with county.app.app_context():
        household = db.session.get_one(Household, county.households[VILLAGE])
        household.head = "改过的人"
        db.session.commit()
        assert transact(rebuild).differing == ("household",)


def test_what_a_new_pack_changes_waits_for_the_sweep_and_is_no_difference(county: County, tmp_path: Path) -> None:
    former, text = shelf().own, (OURS / "2026.toml").read_text(encoding="utf-8")
    stricter = text.replace("version = 4", "version = 5", 1).replace("yellow = 100 }", "yellow = 10000 }", 1)
    assert county.client("cadre").post("/api/visits", json=county.visit()).status_code == 201
    (tmp_path / "2026.toml").write_text(stricter, encoding="utf-8")
    use_shelf(tmp_path)
    try:
        with county.app.app_context():
            judged_by = select(Judgement.pack).where(Judgement.household_id == county.households[VILLAGE])
            assert transact(rebuild).differing == ()
            assert db.session.scalar(judged_by) == "2026.4"
            db.session.rollback()
            sweep_county(clock.now())
            assert db.session.scalar(judged_by) == "2026.5"
            assert transact(rebuild).differing == ()
    finally:
        use_shelf(former)


def test_who_writes_during_a_rebuild_is_told_to_come_again_and_loses_nothing(county: County) -> None:
    cadre, visit = county.client("cadre"), county.visit()
    assert cadre.get("/api/households").status_code == 200
    with county.app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", _impatient)
        with alone(session := Session(db.engine)):
            began = time.monotonic()
            refused = cadre.post("/api/visits", json=visit)
            assert time.monotonic() - began < 5
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
            assert refused.get_json()["code"] == "unavailable"
            assert cadre.get("/api/households").status_code == 200, (
                "who only reads, and has left a trace this hour, goes on"
            )
            session.rollback()
        assert cadre.post("/api/visits", json=visit).status_code == 201


def _impatient(connection: Any, _record: object) -> None:
    """PostgreSQL waits for seconds; the test does not."""
    if not isinstance(connection, sqlite3.Connection):
        connection.execute("SET lock_timeout = '300ms'")
        connection.commit()


def members(county: County) -> list[str]:
    """The ids of the people of the village's household."""
    answer = county.client("cadre").get(f"/api/households/{county.households[VILLAGE]}")
    assert answer.status_code == 200
    return [person["id"] for person in answer.get_json()["members"]]
