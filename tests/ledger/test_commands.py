"""The commands of the ledger, run as a county runs them."""

import json
from pathlib import Path

from click.testing import Result
from sqlalchemy import text

from field.db import db
from field.ledger.note import read_tree, read_verifier
from field.registry.households import Household
from tests.county import County


def run(county: County, *words: str) -> Result:
    result = county.app.test_cli_runner().invoke(args=["ledger", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def tamper(county: County, *statements: str) -> None:
    with county.app.app_context(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_fresh_county_verifies_and_says_how_much_was_read(small_county: County) -> None:
    found = run(small_county, "verify")
    assert found.exit_code == 0
    assert found.output.startswith("台账完好")
    report = json.loads(run(small_county, "verify", "--json").output)
    assert (report["sound"], report["broken"], report["chains"]) == (True, None, 4)


def test_a_changed_entry_is_named_and_the_exit_is_one(small_county: County) -> None:
    chain = small_county.households["420626107204"]
    tamper(
        small_county,
        "DROP TRIGGER entry_UPDATE",
        f"UPDATE entry SET payload = '{{}}' WHERE chain_id = '{chain}' AND seq = 1",
    )
    found = run(small_county, "verify", "--json")
    broken = json.loads(found.output)["broken"]
    assert (found.exit_code, broken["chain"], broken["seq"], broken["code"]) == (1, chain, 1, "content")
    assert f"{chain} 第 1 条：内容被改动" in run(small_county, "verify").output


def test_a_checkpoint_kept_elsewhere_shows_what_the_county_lost(small_county: County, tmp_path: Path) -> None:
    sealed = run(small_county, "checkpoint").output
    verifier = read_verifier(run(small_county, "key").output)
    assert read_tree(sealed, verifier).size == 4
    kept = tmp_path / "kept.txt"
    kept.write_text(sealed, encoding="utf-8")
    assert run(small_county, "verify", "--checkpoint", str(kept)).exit_code == 0
    tamper(small_county, *(f"DELETE FROM {table}" for table in ("checkpoint", "log_tile", "log_leaf")))
    assert run(small_county, "verify").exit_code == 0
    found = run(small_county, "verify", "--checkpoint", str(kept))
    assert found.exit_code == 1
    assert "被退回或截尾" in found.output


def test_a_kept_file_that_is_no_text_is_said_so(small_county: County, tmp_path: Path) -> None:
    kept = tmp_path / "kept.bin"
    kept.write_bytes(bytes(range(256)))
    found = run(small_county, "verify", "--checkpoint", str(kept), "--json")
    assert (found.exit_code, json.loads(found.output)["broken"]["code"]) == (1, "kept")


def test_a_household_is_shown_by_number_or_id_without_what_its_entries_say(small_county: County) -> None:
    chain = small_county.households["420626107204"]
    with small_county.app.app_context():
        household = db.session.get_one(Household, chain)
        number, head = household.number, household.head
    shown = run(small_county, "show", chain).output
    assert shown == run(small_county, "show", number).output
    assert "名册登记" in shown
    assert head not in shown
