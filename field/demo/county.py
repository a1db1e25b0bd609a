"""演示县的数: how many households of which kind and main risk live where, exact for the published table."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from field.codes import Kind, RiskFactor

ROSTER, MONITORED, PERSONS = 8_074, 734, 2_172
KINDS = {Kind.UNSTABLE: (339, 971), Kind.MARGINAL: (260, 759), Kind.SUDDEN: (135, 442)}
THREE_TOWNS = {"420626107": (127, 361), "420626102": (100, 293), "420626105": (29, 87)}
ILLNESS_IN_THREE, ILLNESS, DISABILITY_IN_THREE, DISABILITY = 179, 524, 25, 71
LARGEST = 7
OTHERS = [factor for factor in RiskFactor if factor not in (RiskFactor.ILLNESS, RiskFactor.DISABILITY)]
REST = "other towns"
NO_FARMERS = "420626400"  # the development zone has no village of its own


@dataclass
class Place:
    """名额: one household to be invented; kind and main risk only where it is monitored."""

    village: str
    size: int
    kind: Kind | None = None
    risk: RiskFactor | None = None


def places(villages: Sequence[str], households: int, rng: Random) -> list[Place]:
    """Every household of a county of that size, monitored ones first; shares as in the published table."""
    homes = [village for village in villages if not village.startswith(NO_FARMERS)]
    monitored = _monitored(homes, households, rng)
    sizes = rng.choices(range(1, LARGEST + 1), (16, 27, 25, 17, 9, 4, 2), k=households - len(monitored))
    offset = rng.randrange(len(homes))
    return monitored + [Place(homes[(offset + n) % len(homes)], size) for n, size in enumerate(sizes)]


def _monitored(homes: Sequence[str], households: int, rng: Random) -> list[Place]:
    count = round(households * MONITORED / ROSTER)
    towns = {**THREE_TOWNS, REST: _remainder()}
    in_town = split(count, [n for n, _ in towns.values()])
    in_kind = split(count, [n for n, _ in KINDS.values()])
    kinds = [kind for kind, n in zip(KINDS, in_kind, strict=True) for _ in range(n)]
    rng.shuffle(kinds)
    found = [
        Place(village, 0, kinds.pop())
        for town, n in zip(towns, in_town, strict=True)
        for village in _spread(homes, town, n, rng)
    ]
    for (kind, (ours, persons)), n in zip(KINDS.items(), in_kind, strict=True):
        _fill([place for place in found if place.kind is kind], round(n * persons / ours), rng)
    shares = [persons if n else 0 for (_, persons), n in zip(towns.values(), in_town, strict=True)]
    _balance(found, list(towns), shares, rng)
    share, three = count / MONITORED, count - in_town[-1]
    ill, disabled = round(ILLNESS_IN_THREE * share), round(DISABILITY_IN_THREE * share)
    _risks(found[:three], ill, disabled, rng)
    _risks(found[three:], round(ILLNESS * share) - ill, round(DISABILITY * share) - disabled, rng)
    return found


def _remainder() -> tuple[int, int]:
    """Households and persons of all other towns."""
    several = THREE_TOWNS.values()
    return MONITORED - sum(n for n, _ in several), PERSONS - sum(persons for _, persons in several)


def split(total: int, shares: Sequence[int]) -> list[int]:
    """A total divided by shares into whole numbers, the largest remainders rounded up."""
    exact = [total * share / sum(shares) for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda n: parts[n] - exact[n])
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def _spread(homes: Sequence[str], town: str, count: int, rng: Random) -> list[str]:
    """Households of a town, or of all others, in proportion to its villages."""
    near = [home for home in homes if (home[:9] not in THREE_TOWNS if town == REST else home.startswith(town))]
    rng.shuffle(near)
    return [near[n % len(near)] for n in range(count)]


def _fill(several: list[Place], persons: int, rng: Random) -> None:
    """Give households of one to LARGEST persons that add up."""
    for place in several:
        place.size = 1
    for _ in range(persons - len(several)):
        place = rng.choice(several)
        while place.size == LARGEST:
            place = rng.choice(several)
        place.size += 1


def _balance(several: list[Place], towns: Sequence[str], shares: Sequence[int], rng: Random) -> None:
    """Move persons between households of one kind until every town has its share of them."""
    ours = {town: [place for place in several if _town(place) == town] for town in towns}
    wanted = split(sum(place.size for place in several), shares) if several else [0] * len(shares)
    short = {town: n - sum(p.size for p in ours[town]) for town, n in zip(towns, wanted, strict=True)}
    for town in sorted(short, key=lambda town: -short[town]):
        takers = [place for place in ours[town] if place.size < LARGEST]
        while short[town] > 0 and takers:
            taker = rng.choice(takers)
            givers = [p for other in towns if short[other] < 0 for p in ours[other]
                      if p.size > 1 and p.kind is taker.kind]  # fmt: skip
            if taker.size == LARGEST or not givers:
                takers.remove(taker)
                continue
            giver = rng.choice(givers)
            giver.size, taker.size = giver.size - 1, taker.size + 1
            short[town], short[_town(giver)] = short[town] - 1, short[_town(giver)] + 1


def _town(place: Place) -> str:
    return place.village[:9] if place.village[:9] in THREE_TOWNS else REST


def _risks(several: list[Place], ill: int, disabled: int, rng: Random) -> None:
    rest = len(several) - ill - disabled
    risks = [RiskFactor.ILLNESS] * ill + [RiskFactor.DISABILITY] * disabled
    risks += [OTHERS[n % len(OTHERS)] for n in range(max(rest, 0))]
    rng.shuffle(risks)
    for place, risk in zip(several, risks, strict=False):
        place.risk = risk
