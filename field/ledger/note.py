"""封存单: notes and checkpoints as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint)."""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
NAME = re.compile(r"[^\s+]+")
TEXT = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f]+\n")
SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
TREE = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")
NUMBER = re.compile(r"^number ([1-9][0-9]{0,18})$", re.MULTILINE)


class BadNote(ValueError):
    """封存单有误: a note that cannot be read or is not signed by the log; the message says why in Chinese."""


@dataclass(frozen=True)
class Verifier:
    """验证公钥: the name of a log and its Ed25519 public key (32 bytes)."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ key)."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        """The text form that anyone may keep: name+id+base64(0x01 ‖ key)."""
        return f"{self.name}+{self.id.hex()}+{_text(ED25519 + self.key)}"


@dataclass(frozen=True)
class Signer:
    """签名私钥: the name of a log and the 32 bytes of its Ed25519 private key."""

    name: str
    seed: bytes

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("a log's name has no blanks and no plus")

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw())

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, text: str) -> str:
        """The text (lines, the last one ended) as a signed note."""
        if not TEXT.fullmatch(text):
            raise ValueError("the text of a note is lines without control characters")
        seal = self.verifier.id + self._key.sign(text.encode())
        return f"{text}\n— {self.name} {_text(seal)}\n"


@dataclass(frozen=True)
class Tree:
    """What a checkpoint says: how many leaves the log of this origin had, and their root (32 bytes).

    `number`: the how manieth it is, in a line of its own after those that C2SP asks for; older ones do not say.
    """

    origin: str
    size: int
    root: bytes
    number: int | None = None

    def __str__(self) -> str:
        own = f"number {self.number}\n" if self.number else ""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n{own}"


def read_verifier(text: str) -> Verifier:
    """Read a public key from its text form; BadNote if the key does not bear its id out."""
    name, _, rest = text.strip().partition("+")
    key_id, _, key = rest.partition("+")
    raw = _bytes(key)
    verifier = Verifier(name, raw[1:])
    if not NAME.fullmatch(name) or len(raw) != 33 or raw[:1] != ED25519 or verifier.id.hex() != key_id:
        raise BadNote("验证公钥写错了")
    return verifier


def open_note(note: str, verifier: Verifier) -> str:
    """The text of a note that this key has signed; signatures of others (witnesses) are passed over.

    BadNote if the note is malformed, is not signed by the key, or its signature is wrong.
    """
    text, found, end = note.rpartition("\n\n")
    text += "\n"
    lines = [SIGNATURE.fullmatch(line) for line in end.removesuffix("\n").split("\n")]
    if not found or not end.endswith("\n") or not TEXT.fullmatch(text):
        raise BadNote("封存单格式不对")
    own = None
    for line in lines:
        if line is None or len(seal := _bytes(line[2])) < 5:
            raise BadNote("封存单的签名行格式不对")
        if own is None and (line[1], seal[:4]) == (verifier.name, verifier.id):
            own = seal[4:]
    if own is None:
        raise BadNote("封存单没有本台账的签名")
    _check(verifier.key, own, text)
    return text


def read_tree(note: str, verifier: Verifier) -> Tree:
    """Open a signed checkpoint; BadNote if anything about it is wrong."""
    found = TREE.fullmatch(open_note(note, verifier))
    if not found or found[1] != verifier.name:
        raise BadNote("封存单内容不对")
    return Tree(found[1], int(found[2]), _bytes(found[3]), number_in(found[4]))


def number_in(text: str) -> int | None:
    """The how manieth a checkpoint says that it is, whoever signed it."""
    said = NUMBER.search(text)
    return int(said[1]) if said else None


def _check(key: bytes, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
    except (InvalidSignature, ValueError) as error:
        raise BadNote("封存单的签名不对") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if _text(data) != text:  # one text for one value, so that no other note opens as the same
        raise BadNote("封存单里有不能识别的字符")
    return data
