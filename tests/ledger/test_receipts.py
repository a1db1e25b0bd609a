"""Receipts: found by number, without anything personal, and provable by anyone."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from field.ledger.note import Signer
from field.ledger.receipts import Receipt, find, number, verify_receipt
from tests.ledger.conftest import SIGNER, Ledger


def receipt_of(ledger: Ledger, text: str) -> Receipt:
    with Session(ledger.engine) as session:
        found = find(session, text)
    assert found is not None
    return found


def test_a_number_is_the_beginning_of_the_hash_in_groups_of_four() -> None:
    assert number("3f9a07c155d28e4b" + "0" * 48) == "3F9A-07C1-55D2-8E4B"


def test_a_fresh_receipt_says_what_and_when_and_waits_for_its_proof(ledger: Ledger) -> None:
    digest = ledger.write("a", note="肝硬化")
    found = receipt_of(ledger, number(digest))
    assert (found.kind, found.recorded_on.isoformat(), found.hash) == ("干部走访摸排", "2026-11-20", digest)
    assert found.proof is None
    assert not verify_receipt(found, SIGNER.verifier)


def test_a_receipt_tells_nothing_personal(sealed: Ledger) -> None:
    digest = sealed.write("a", note="肝硬化")
    sealed.seal()
    told = str(receipt_of(sealed, number(digest)).as_json())
    for word in ("肝硬化", "王秀英", "1860000", "staff:1"):
        assert word not in told


def test_every_sealed_entry_has_a_proof_that_stays_the_same(sealed: Ledger) -> None:
    digests = [sealed.write(chain) for chain in "abcde"]
    sealed.seal()
    before = [receipt_of(sealed, number(digest)) for digest in digests]
    assert all(verify_receipt(found, SIGNER.verifier) for found in before)
    sealed.write("a")
    sealed.seal()
    assert [receipt_of(sealed, number(digest)) for digest in digests] == before


def test_a_receipt_is_found_however_its_number_is_typed(ledger: Ledger) -> None:
    wanted = number(ledger.write("a"))
    for text in (wanted.lower(), wanted.replace("-", ""), f"  {wanted} "):
        assert receipt_of(ledger, text).number == wanted


@pytest.mark.parametrize("text", ["", "3F9A-07C1-55D2", "0000-0000-0000-0000", "%' OR 1=1 --", "３F9A-07C1-55D2-8E4B"])
def test_there_is_no_receipt_for_another_number(ledger: Ledger, text: str) -> None:
    ledger.write("a")
    with Session(ledger.engine) as session:
        assert find(session, text) is None


def test_a_changed_receipt_proves_nothing(sealed: Ledger) -> None:
    sound = receipt_of(sealed, number(sealed.hash_of("b", 3)))
    proof = sound.proof
    assert proof is not None
    assert verify_receipt(sound, SIGNER.verifier)
    other = receipt_of(sealed, number(sealed.hash_of("b", 2)))
    changed = [
        replace(sound, hash=other.hash),
        replace(sound, hash=other.hash, number=other.number),
        replace(sound, number=other.number),
        replace(sound, hash="x" * 64),
        replace(sound, proof=replace(proof, index=proof.index + 1)),
        replace(sound, proof=replace(proof, index=-1)),
        replace(sound, proof=replace(proof, path=proof.path[1:])),
        replace(sound, proof=replace(proof, path=("zz", *proof.path[1:]))),
        replace(sound, proof=replace(proof, checkpoint="")),
        replace(sound, proof=replace(proof, checkpoint=Signer("other", SIGNER.seed).sign("x\n"))),
    ]
    for forged in changed:
        assert not verify_receipt(forged, SIGNER.verifier)
    assert not verify_receipt(sound, Signer(SIGNER.name, bytes(32)).verifier)
