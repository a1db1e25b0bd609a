"""拼音: how a name is typed in Latin letters, whole and by its initials; the one door to pypinyin."""

import os
import unicodedata
from functools import lru_cache
from itertools import islice, product

from field.registry.surnames import COMPOUND, GIVEN, SURNAMES

READINGS, LONGEST = 6, 64


def typed(words: str) -> str:
    """Words as they are compared: letters and digits alone, small, ü as v; blanks and dots do not count."""
    plain = unicodedata.normalize("NFKC", words).lower().replace("ü", "v")
    return "".join(char for char in plain if char.isalnum())[:LONGEST]


def spelled(name: str) -> set[str]:
    """Every way to spell a person's name: 单大一 is shandayi, dandayi, sdy and ddy."""
    syllables = [SURNAMES.get(char) or _read(char) if at == 0 else _given(char) for at, char in enumerate(name)]
    if name[:2] in COMPOUND:
        syllables[:2] = [(syllable,) for syllable in COMPOUND[name[:2]]]
    return _ways(syllables) | {"".join(way[0] for way in one) for one in _combined(syllables)}


def sounded(place: str) -> set[str]:
    """Every way to spell the name of a place, whole."""
    return _ways([_given(char) for char in place])


def _ways(syllables: list[tuple[str, ...]]) -> set[str]:
    return {"".join(one)[:LONGEST] for one in _combined(syllables)}


def _combined(syllables: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if all(len(ways) == 1 for ways in syllables):  # most names, a quarter of a million at a time
        return [tuple(ways[0] for ways in syllables)]
    return list(islice(product(*(ways for ways in syllables if ways)), READINGS))


def _given(char: str) -> tuple[str, ...]:
    return GIVEN.get(char) or _read(char)


@lru_cache(maxsize=30_000)
def _read(char: str) -> tuple[str, ...]:
    """The first reading of a character; a Latin letter is itself, and what cannot be read is left out."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # names are no phrases; without them it takes a quarter
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (12 MB and a fifth of a second, for who writes or asks for letters)

    said = typed("".join(lazy_pinyin(char)))
    return (said,) if said.isascii() and said else ()
