"""回执页: anyone may check an entry, and nobody learns anything personal from it."""

import json
from datetime import date

import pytest

from field import clock
from field.db import transact
from field.ledger.checkpoints import take
from field.ledger.note import read_tree, read_verifier
from field.ledger.receipts import Proof, Receipt, verify_receipt
from field.worker import signer
from tests.county import County
from tests.web.office import browser, visited, words


def sealed(county: County) -> None:
    """Sign a checkpoint over all that is there."""
    with county.app.app_context():
        transact(lambda session: take(session, signer(county.app.config["FIELD"]), clock.now()))


def test_a_stranger_sees_what_kind_of_entry_on_which_day_and_nothing_else(county: County) -> None:
    told = visited(county, note="长期服药", informant="邻居王大")
    page = browser(county).page(f"/receipt/{told['receipt']['number']}")
    said = words(page)
    for shown in (told["receipt"]["number"], told["receipt"]["entry_hash"], "干部走访摸排", "还没有封存"):
        assert shown in said
    for personal in ("陈大", "陈干部", "长期服药", "邻居王大", "堰垭村", county.households["420626107204"], told["id"]):
        assert personal not in page


def test_once_sealed_the_proof_can_be_checked_by_a_program_with_the_public_key_alone(county: County) -> None:
    number = visited(county)["receipt"]["number"]
    visited(county, "town2", household_id=county.households["420626102201"])
    sealed(county)
    stranger = browser(county)
    assert "已经封存" in words(stranger.page(f"/receipt/{number}"))
    told = json.loads(stranger.get(f"/receipt/{number}.json").data)
    key = read_verifier(told.pop("log_public_key"))
    proof = Proof(**{**told["proof"], "path": tuple(told["proof"]["path"])})
    receipt = Receipt(**{**told, "recorded_on": date.fromisoformat(told["recorded_on"]), "proof": proof})
    assert verify_receipt(receipt, key)
    assert str(key) in stranger.page("/checkpoint")


@pytest.mark.parametrize("end", ["", ".json", ".svg"])
@pytest.mark.parametrize("number", ["0000-0000-0000-0000", "0", "x" * 500, "<script>", "420626107204"])
def test_an_unknown_number_is_not_found(small_county: County, number: str, end: str) -> None:
    answer = browser(small_county).get(f"/receipt/{number}{end}")
    assert answer.status_code == 404
    assert number not in answer.text or number == "0"
    assert "演示数据" not in answer.text


def test_a_number_is_found_however_it_is_written(small_county: County) -> None:
    number = visited(small_county)["receipt"]["number"]
    for written in (number, number.lower(), number.replace("-", "")):
        assert number in browser(small_county).page(f"/receipt/{written}")


def test_the_square_is_a_drawing_without_style_or_script(small_county: County) -> None:
    number = visited(small_county)["receipt"]["number"]
    answer = browser(small_county).get(f"/receipt/{number}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.count("<path") == 2
    assert "style" not in answer.text


def test_anyone_may_keep_the_newest_checkpoint(county: County) -> None:
    stranger = browser(county)
    assert "还没有封存过" in words(stranger.page("/checkpoint"))
    assert stranger.get("/checkpoint.txt").status_code == 404
    sealed(county)
    note = stranger.get("/checkpoint.txt").text
    assert note in stranger.page("/checkpoint").replace("&#39;", "'").replace("&#43;", "+")
    tree = read_tree(note, signer(county.app.config["FIELD"]).verifier)
    assert tree.size == 4
    assert "台账封存 4 条" in stranger.get("/office/print.css").text


def test_a_receipt_is_found_by_its_number_typed_and_what_was_typed_wrong_stands_in_no_address(county: County) -> None:
    number = visited(county)["receipt"]["number"]
    stranger = browser(county)
    assert "查回执" in words(stranger.page("/checkpoint"))
    found = stranger.post("/receipt", data={"number": f" {number.lower()} "})
    assert found.headers["Location"] == f"/receipt/{number}"
    missing = stranger.post("/receipt", data={"number": "420699198001010016"})
    assert missing.status_code == 404
    assert "没有这个回执号" in words(missing.text)
