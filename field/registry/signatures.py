"""署名: who did something; who stands in for another signs for both, so both count wherever four eyes are asked."""

from collections.abc import Mapping

from field.labels import Word
from field.sentences import Sentence

FOR = " 代 "
IN_PLACE_OF = Word("{name}（代{whose}）")


def signature(deputy: str, absent: str) -> str:
    """代班的署名: the user name of who acts, and of whom for."""
    return f"{deputy}{FOR}{absent}"


def hands(signed: str) -> frozenset[str]:
    """Everybody whose hands it bears."""
    return frozenset(signed.split(FOR))


def by_same(one: str | None, other: str | None) -> bool:
    """Whether a person has signed both, for themselves, as a deputy, or through one."""
    return bool(one and other and hands(one) & hands(other))


def named(signed: str, names: Mapping[str, str]) -> str | None:
    """张三（代李四）, of the names by user name; None where none is known."""
    who, _, whom = signed.partition(FOR)
    if whom and who in names:
        return Sentence(IN_PLACE_OF, name=names[who], whose=names.get(whom, whom))
    return names.get(signed)
