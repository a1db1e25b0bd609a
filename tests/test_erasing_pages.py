"""依法删除 of a household with everything that there is: no page breaks over it, and a rebuild is the same."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from field import clock, worker
from field.codes import Role
from field.db import transact
from field.keeping import erasing
from field.keeping.erasing import Why, erase
from field.ledger import checkpoints
from field.registry.households import Household
from tests.county import County
from tests.running import settings_of
from tests.test_erasing import HERE, WHY, left_in_rows, sound, values, work_off
from tests.test_gate import TABLE, Ground
from tests.web.office import words


def test_no_page_breaks_over_a_household_with_everything_and_a_rebuild_is_the_same(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = Ground(county)
    second = replace(county.actor("town2"), role=Role.COUNTY, region="420626")
    monkeypatch.setattr(erasing, "must_stay", lambda *_: [])
    sought, home = values(county), county.households[HERE]
    sought = [value for value in sought if value not in ("陈大一", "上月住院", "王老五")]  # others say that too here

    def work(session: Session) -> None:
        why = Why(WHY, second, {})
        erase(session, session.get_one(Household, home), why, county.actor("county"), clock.now())

    with county.app.app_context():
        transact(work)
        transact(lambda session: checkpoints.take(session, worker.signer(settings_of(county)), clock.now()))
    work_off(county)
    assert left_in_rows(county, sought) == []
    sound(county)
    subject = ground.of(HERE)
    broken = {}
    for role in ("county", "town", "cadre", "medical"):
        for line, way in TABLE.items():
            if line.startswith("GET ") and role in way.who and way.about != "own":
                answer = ground.ask(role, line, subject)
                page = words(answer.text) if answer.mimetype == "text/html" else ""
                if (answer.status_code >= 500 and line != "GET /health/ready") or " None" in page:
                    broken[role, line] = answer.status_code
    assert broken == {}
