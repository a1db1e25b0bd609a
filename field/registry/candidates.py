"""可能的人: who a number that no binding explains may belong to, by what speaks for each; a person decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from field.labels import Labelled


class Ground(Labelled):
    """依据: what speaks for somebody, or against."""

    VERIFIED = "verified", "这个号码确认过是本人的"
    STALE = "stale", "这个号码以前确认过，很久没有再确认"
    PENDING = "pending", "登记了这个号码，还在等确认"
    CLAIMED = "claimed", "自己说过这是本人的号码，没有确认"
    ON_FILE = "on_file", "档案里登记的就是这个号码"
    NAME = "name", "自报的姓名对得上"
    LAST_FOUR = "last_four", "自报的证件号码后四位对得上"
    VILLAGE = "village", "自报的村对得上"
    OTHER_NAME = "other_name", "自报的是另一个姓名"
    OTHER_LAST_FOUR = "other_last_four", "自报的证件号码后四位对不上"
    OTHER_VILLAGE = "other_village", "自报的是另一个村"


# Our own first figures: how far one ground alone goes, and what is left where one speaks against.
FOR: Mapping[Ground, float] = {
    Ground.VERIFIED: 0.85, Ground.STALE: 0.6, Ground.PENDING: 0.4, Ground.CLAIMED: 0.3, Ground.ON_FILE: 0.6,
    Ground.NAME: 0.35, Ground.LAST_FOUR: 0.5, Ground.VILLAGE: 0.1,
}  # fmt: skip
AGAINST: Mapping[Ground, float] = {
    Ground.OTHER_NAME: 0.5, Ground.OTHER_LAST_FOUR: 0.3, Ground.OTHER_VILLAGE: 0.7,
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """档案: what of a person can be compared with a claim."""

    name: str
    village: str
    last_four: str | None = None


@dataclass(frozen=True)
class Ranked:
    """排名: somebody with a score of 0 to 100 and every ground for it, the strongest first."""

    person_id: str
    score: int
    grounds: tuple[Ground, ...]


def compare(claim: Mapping[str, object], known: Known) -> frozenset[Ground]:
    """比对: what a claim of name, village and last four says for or against a person; nothing said, nothing counts."""
    said = {part: str(claim.get(part) or "").strip() for part in ("name", "village", "last4")}
    grounds: set[Ground] = set()
    if said["name"]:
        grounds.add(Ground.NAME if said["name"] == known.name else Ground.OTHER_NAME)
    if said["last4"] and known.last_four:
        same = said["last4"].upper() == known.last_four.upper()
        grounds.add(Ground.LAST_FOUR if same else Ground.OTHER_LAST_FOUR)
    if said["village"]:
        short, own = (name.removesuffix("村").removesuffix("社区") for name in (said["village"], known.village))
        grounds.add(Ground.VILLAGE if short == own else Ground.OTHER_VILLAGE)
    return frozenset(grounds)


def score(grounds: Iterable[Ground]) -> int:
    """分数: grounds for it add up without ever being certain; each against takes its share."""
    several = set(grounds)
    left = prod(1 - FOR[ground] for ground in several if ground in FOR)
    kept = prod(AGAINST[ground] for ground in several if ground in AGAINST)
    return min(99, round(100 * (1 - left) * kept))


def rank(several: Mapping[str, Iterable[Ground]]) -> list[Ranked]:
    """The likeliest first; for whom nothing speaks is left out. Of equals, always in the same order."""
    ranked = [Ranked(person_id, score(grounds), _ordered(grounds)) for person_id, grounds in several.items()]
    return sorted((one for one in ranked if one.score), key=lambda one: (-one.score, one.person_id))


def _ordered(grounds: Iterable[Ground]) -> tuple[Ground, ...]:
    """What speaks for it, the strongest first, then what speaks against."""
    return tuple(sorted(set(grounds), key=lambda ground: (-FOR.get(ground, 0), AGAINST.get(ground, 0), ground)))
