"""夹带: a second, active format hidden in or behind a picture.

Compressed picture data holds every short byte sequence by chance, so a signature counts anywhere only when
it is long enough (about 2⁻⁴⁰ a byte); shorter ones count only where a second format begins, behind the
picture's end. What phones add there themselves (motion video, maps, maker's notes) starts with none of them.
"""

import re
from itertools import product

from ahocorasick_rs import MATCHKIND_LEFTMOST_FIRST, BytesAhoCorasick

ANYWHERE = (
    b"%PDF-",
    b"PK\x05\x06\0\0\0\0",  # the end of a ZIP archive on its one and only disk
    b"#!/bin/",
    b"#!/usr/",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # old Office documents, with their macros
    b"This program cannot be run in DOS mode",
)
MARKUP = re.compile(rb"<(?:script[\s>/]|html[\s>]|!doctype\shtml|iframe\s|svg\s|\?php\s|body\s)", re.I)
ZIP_MEMBER = re.compile(rb"PK\x03\x04[\x0a-\x3f]\x00[\x00-\xff]{2}[\x00\x08\x09\x0c\x0e\x5d\x5f]\x00")
# A script that takes the picture for its comment: the first length reads "/*", and text follows "*/".
AFTER_COMMENT = re.compile(rb"\*/[\x20-\x7e\s]{6}")
BEHIND = re.compile(rb"[\0\s\xef\xbb\xbf\xfe\xff]*(?:PK|MZ|#!|<|%!|\{\\rtf|\x7fELF|\x1f\x8b\x08|BZh)")
ZIP_TAIL = 22 + 0xFFFF
WORDS = (b"<scr", b"<htm", b"<!do", b"<ifr", b"<svg", b"<?ph", b"<bod")
CASES = {bytes(letters) for word in WORDS for letters in product(*zip(word.lower(), word.upper(), strict=True))}
# How all that is looked for anywhere begins: one quick look for any of it, for hardly a photograph has one.
BEGINNINGS = BytesAhoCorasick([*ANYWHERE, b"PK\x03\x04", b"PK\x05\x06", *CASES], matchkind=MATCHKIND_LEFTMOST_FIRST)


def stowaway(data: bytes, end: int) -> bool:
    """夹带: whether a zip, PDF, page, script or program rides in the bytes or behind `end`."""
    return (
        BEHIND.match(data, end) is not None
        or (data[4:6] == b"/*" and AFTER_COMMENT.search(data) is not None)
        or (bool(BEGINNINGS.find_matches_as_indexes(data)) and _hidden(data))
    )


def _hidden(data: bytes) -> bool:
    return any(sign in data for sign in ANYWHERE) or MARKUP.search(data) is not None or _archive(data)


def _archive(data: bytes) -> bool:
    """A ZIP member's header anywhere, or an index that unpackers find from the tail (APPNOTE 4.3)."""
    if ZIP_MEMBER.search(data):
        return True
    return b"PK\x05\x06" in data[-ZIP_TAIL:] and b"PK\x01\x02" in data
