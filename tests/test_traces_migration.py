"""谁看过 that were here before: signed with the user name of who looked; nobody's stays and is readable."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from uuid6 import uuid7

from field import clock
from field.config import Settings
from field.db import db, transact
from field.monitoring.traces import Look, Trace, leave_trace
from field.registry.sealing import Keyring
from tests.county import found_county
from tests.test_migrations import VERSIONS, bare_url, migrate, on_both  # noqa: F401 (a fixture)

OWN = next(VERSIONS.glob("*_who_looked.py")).name[:4]


@on_both
@pytest.mark.usefixtures("bare_url")
def test_old_looks_are_signed_with_the_user_name(request: pytest.FixtureRequest, tmp_path: Path, ring: Keyring) -> None:
    url: str = request.getfixturevalue("bare_url")
    migrate(tmp_path / "home", url, "+head")
    county = found_county(Settings(tmp_path / "home", url), ring)
    with county.app.app_context():
        transact(lambda session: leave_trace(session, county.actor("cadre"), Look.PHONE, "x", clock.now(), "联系"))
        transact(lambda session: leave_trace(session, county.actor("town"), Look.PHONE, "y", clock.now()))
        gone = text("UPDATE trace SET staff_id = :gone WHERE subject = 'y'")
        transact(lambda session: session.execute(gone, {"gone": str(uuid7())}))
    county.close()
    migrate(tmp_path / "home", url, f"-{OWN}", "--1", "+head")
    with county.app.app_context():
        signed = db.session.execute(select(Trace.subject, Trace.actor).order_by(Trace.subject)).all()
        assert [tuple(one) for one in signed] == [("x", "cadre"), ("y", "")]
    county.close()
