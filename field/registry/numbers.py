"""号码: telephone numbers as E.164, and ids that are made from other ids."""

import hashlib
from uuid import UUID

import phonenumbers


def e164(text: str) -> str | None:
    """A telephone number as typed in China, as E.164 (+8613800000156), or None when it is none."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def derived_id(source: str, *parts: object) -> str:
    """A UUIDv7 made from another and some parts: the same time, the rest from a digest; always the same."""
    digest = hashlib.sha256(":".join([source, *map(str, parts)]).encode()).digest()
    base = UUID(source).bytes
    mixed = bytearray(base[:6] + digest[:10])
    mixed[6] = 0x70 | mixed[6] & 0x0F
    mixed[8] = 0x80 | mixed[8] & 0x3F
    return str(UUID(bytes=bytes(mixed)))
