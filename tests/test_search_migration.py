"""查找词 of households that were here before: filled by the migration, and by a rebuild with their groups."""

from pathlib import Path

import pytest
from sqlalchemy import text

from field.config import Settings
from field.db import db, transact
from field.monitoring.rebuild import rebuild
from field.registry.sealing import Keyring
from tests.county import found_county
from tests.test_migrations import VERSIONS, bare_url, migrate, on_both  # noqa: F401 (a fixture)

OWN = next(VERSIONS.glob("*_search_and_exports.py")).name[:4]


@on_both
@pytest.mark.usefixtures("bare_url")
def test_households_that_were_here_are_found_as_if_they_had_come_since(
    request: pytest.FixtureRequest, tmp_path: Path, ring: Keyring
) -> None:
    url: str = request.getfixturevalue("bare_url")
    migrate(tmp_path / "home", url, "+head")
    county = found_county(Settings(tmp_path / "home", url), ring)
    with county.app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM search_key")) == 4 * 8
    county.close()
    migrate(tmp_path / "home", url, f"-{OWN}", "--1", "+head")
    with county.app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM search_key")) == 4 * 7
        assert set(transact(rebuild).differing) <= {"household_standing", "search_key"}, (
            "what stood when (0027) and in which group is left to a rebuild"
        )
        assert db.session.scalar(text("SELECT count(*) FROM search_key")) == 4 * 8
    county.close()
