"""号码: telephone numbers as E.164, and ids that are made from other ids."""

import hashlib

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
    """A UUIDv7 made from another, in small letters, and some parts: the same time, the rest from a digest."""
    said = hashlib.sha256(":".join([source, *map(str, parts)]).encode()).hexdigest()
    return f"{source[:13]}-7{said[1:4]}-{'89ab'[int(said[4], 16) % 4]}{said[5:8]}-{said[8:20]}"
