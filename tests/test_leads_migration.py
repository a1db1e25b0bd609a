"""部门的话 of leads that were here before: told as a sentence, as a rebuild would derive them."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from field.config import Settings
from field.db import db, transact
from field.monitoring.leads.leads import Lead
from field.registry.sealing import Keyring
from tests.county import found_county
from tests.screenings import a_list, head
from tests.test_migrations import VERSIONS, bare_url, migrate, on_both  # noqa: F401 (a fixture)

OWN = next(VERSIONS.glob("*_leaving.py")).name[:4]
BEFORE = {
    "医保局报送：大额医疗费，自付38,000.00元，2026-10-08": "医保局报送2026年10月8日的大额医疗费，自付38,000.00元",
    "医保局报送：大额医疗费，费用42,000.00元（自付多少没有写），2026-01-31": "医保局报送2026年1月31日的大额医疗费，费用42,000.00元，自付多少没有写",
    "残联报送：新办残疾证，2026-11-02": "残联报送2026年11月2日的新办残疾证",
    "部门名单的认定已经撤销；这条线索还有别的来源，照常核实": "部门名单的认定已经撤销；这条线索还有别的来源，照常核实",
}


@on_both
@pytest.mark.usefixtures("bare_url")
def test_what_departments_reported_before_is_told_as_a_sentence(
    request: pytest.FixtureRequest, tmp_path: Path, ring: Keyring
) -> None:
    url: str = request.getfixturevalue("bare_url")
    migrate(tmp_path / "home", url, "+head")
    county = found_county(Settings(tmp_path / "home", url), ring, ("420626107204",))
    row = head(0) | {"reason": "disability", "issued_on": "2026-10-08"}
    assert county.client("medical").post("/api/screening", json=a_list(row)).status_code == 201
    for told, read in BEFORE.items():
        migrate(tmp_path / "home", url, f"-{OWN}", "--1")
        with county.app.app_context():
            transact(lambda session, told=told: session.execute(update(Lead).values(why=told)))  # type: ignore[misc]
        county.close()
        migrate(tmp_path / "home", url, "+head")
        with county.app.app_context():
            assert db.session.scalar(select(Lead.why)) == read
        county.close()
