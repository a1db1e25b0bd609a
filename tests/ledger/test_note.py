"""Signed notes: the example of the specification opens, and nothing else does."""

from string import ascii_lowercase, ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.ledger.note import BadNote, Signer, Tree, Verifier, open_note, read_tree, read_verifier

KNOWN_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
KNOWN_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
BASE64 = ascii_uppercase + ascii_lowercase + digits + "+/"
SIGNER = Signer("county.example/420626", bytes(range(32)))
TREE = Tree(SIGNER.name, 12, bytes(32))
NOTE = SIGNER.sign(str(TREE))


def test_the_example_of_the_specification_opens() -> None:
    verifier = read_verifier(KNOWN_KEY)
    assert open_note(KNOWN_NOTE, verifier) == "This is an example message.\n"
    assert str(verifier) == KNOWN_KEY


def test_a_checkpoint_says_origin_size_and_root() -> None:
    assert NOTE.startswith(f"county.example/420626\n12\n{'A' * 43}=\n\n— county.example/420626 ")
    assert read_tree(NOTE, SIGNER.verifier) == TREE


def test_one_note_has_one_text() -> None:
    loose = NOTE.removesuffix("=\n")
    last = BASE64.index(loose[-1])
    for spare in range(1, 4):
        twin = BASE64[last ^ spare]
        with pytest.raises(BadNote, match="不能识别"):
            read_tree(f"{loose[:-1]}{twin}=\n", SIGNER.verifier)


def test_a_key_survives_its_text_form() -> None:
    assert read_verifier(str(SIGNER.verifier)) == SIGNER.verifier


@given(st.integers(0, len(NOTE) - 1), st.characters(exclude_categories=["Cs"]))
def test_a_note_with_any_other_character_is_refused(place: int, character: str) -> None:
    changed = NOTE[:place] + character + NOTE[place + 1 :]
    if changed != NOTE:
        with pytest.raises(BadNote, match=r"[\u4e00-\u9fff]"):
            read_tree(changed, SIGNER.verifier)


@given(st.text() | st.text().map(lambda end: NOTE + end))
def test_any_text_opens_or_is_refused_with_a_reason(text: str) -> None:
    if text != NOTE:
        with pytest.raises(BadNote, match=r"[\u4e00-\u9fff]"):
            read_tree(text, SIGNER.verifier)


def test_a_witness_may_sign_beside_the_log() -> None:
    witness = Signer("witness.example", bytes(32))
    both = NOTE + witness.sign(str(TREE)).rpartition("\n\n")[2]
    assert read_tree(both, SIGNER.verifier) == TREE
    assert open_note(both, witness.verifier) == str(TREE)


def test_a_note_of_another_log_or_key_is_refused() -> None:
    other = Signer("other.example", SIGNER.seed)
    with pytest.raises(BadNote, match="没有本台账的签名"):
        read_tree(other.sign(str(TREE)), SIGNER.verifier)
    with pytest.raises(BadNote, match="没有本台账的签名"):
        read_tree(NOTE, Signer(SIGNER.name, bytes(32)).verifier)
    with pytest.raises(BadNote, match="内容不对"):
        read_tree(SIGNER.sign(str(Tree("other.example", 12, bytes(32)))), SIGNER.verifier)


def test_a_forged_signature_under_the_right_key_id_is_refused() -> None:
    verifier = Verifier(SIGNER.name, SIGNER.verifier.key)
    longer = NOTE.replace("\n12\n", "\n13\n")
    with pytest.raises(BadNote, match="签名不对"):
        read_tree(longer, verifier)


@pytest.mark.parametrize(
    "text",
    ["", "x", "x+00000000+AAAA", "x y" + KNOWN_KEY, KNOWN_KEY.replace("530d", "530e"), KNOWN_KEY[:-4]],
)
def test_a_damaged_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        read_verifier(text)


@pytest.mark.parametrize("text", ["", "no end of line", "tab\there\n"])
def test_only_lines_of_plain_text_are_signed(text: str) -> None:
    with pytest.raises(ValueError, match="lines"):
        SIGNER.sign(text)


def test_a_name_with_blank_or_plus_is_refused() -> None:
    for name in ("", "a b", "a+b"):
        with pytest.raises(ValueError, match="name"):
            Signer(name, bytes(32))
