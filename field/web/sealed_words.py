"""封住的词: what somebody searches for stands in an address sealed, so that no history or log has a person's name."""

import base64
import binascii

from field.registry.sealing import CannotOpen, keyring

PURPOSE = b"words searched for"
LONGEST = 600  # of 60 characters, sealed


def sealed(words: str) -> str:
    """The words as they may stand in an address."""
    return base64.urlsafe_b64encode(keyring().seal(words.encode(), PURPOSE)).decode().rstrip("=")


def unsealed(text: str) -> str | None:
    """The words again; None for what we did not seal."""
    if not text or len(text) > LONGEST or not text.isascii():
        return None
    try:
        return keyring().open(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), PURPOSE).decode()
    except (CannotOpen, binascii.Error, ValueError):
        return None
