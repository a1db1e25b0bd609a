"""演示案子的户: which invented households have a case, and what each of them stands for; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from field.codes import Kind
from field.demo.accounts import CADRE, CADRE2
from field.demo.courses import Course, eliminated, ladder, slower, way_out
from field.demo.need import SUDDEN, reasons, struck
from field.registry.roster import RosterHousehold

TOWN, TOWNS = "420626107", [f"420626{code}" for code in (100, 101, 102, 103, 104, 105, 106, 108, 109, 200)]
ABLE = ("技能劳动力", "普通劳动力")
ELSEWHERE = (
    ("data", 6), ("notice", 14), ("data", 8), ("town", 24), ("notice", 15), ("town", 33), ("town", 19), ("data", 28),
    ("on_site", 10), ("town", 40),
)  # fmt: skip
LISTED_FOR = timedelta(days=400)


@dataclass(frozen=True)
class Part:
    """角色: where, what is done to its case and since how many days.

    `before` and `after` say whether the household is monitored when the roster comes and at the end, so that the
    published table stays exact: who is identified by a case is one of its monitored, who is eliminated is none of them.
    """

    where: str
    course: Course
    ago: int
    before: bool = False
    after: bool = False


@dataclass(frozen=True)
class Played:
    """定了角色的户: under which kind and risk factors it is, or is to be, monitored."""

    part: Part
    kind: str
    risk_factors: list[str]


@dataclass
class Cast:
    """选角: gives each part to the first household of the roster that fits; who fits none stays as it is."""

    today: date
    open_parts: list[Part] = field(default_factory=lambda: list(parts()))
    played: dict[str, Played] = field(default_factory=dict)

    def take(self, one: RosterHousehold) -> RosterHousehold:
        """The household as the roster lists it, changed where its part wants that."""
        part = next((part for part in self.open_parts if _fits(part, one)), None)
        if part is None:
            return one
        self.open_parts.remove(part)
        kind = one.get("kind") or _told(one)
        played = Played(part, kind, reasons(one, len(self.played), slow=part.before))
        self.played[one["number"]] = played
        unlisted: dict[str, Any] = {
            key: said for key, said in one.items() if key not in ("kind", "identified_on", "risk_factors")
        }
        if part.before:
            since = one.get("identified_on") or f"{self.today - LISTED_FOR}"
            unlisted |= {"kind": kind, "identified_on": since, "risk_factors": played.risk_factors}
        else:
            unlisted["members"] = struck(one["members"], played.risk_factors[0])
        return cast(RosterHousehold, unlisted)


def _fits(part: Part, one: RosterHousehold) -> bool:
    """Monitored at the end as in the table, in the right place, and with somebody who can work.

    Who is identified by a case becomes 防止返贫致贫对象, and must still be told as the kind that the table has.
    """
    able = any(member.get("labour") in ABLE for member in one["members"])
    if part.before and {*SUDDEN} & {*one.get("risk_factors", ())}:
        return False  # still urgent, however well it earns
    same = part.before or one.get("kind") in (None, _told(one))
    return one["region"].startswith(part.where) and part.after == ("kind" in one) and able and same


def _told(one: RosterHousehold) -> str:
    return (Kind.UNSTABLE if one["formerly_poor"] else Kind.MARGINAL).value


def parts() -> Iterator[Part]:
    """Every state of a case, most of them where the demo's accounts work."""
    for where in (CADRE, CADRE, TOWN):
        yield Part(where, way_out("follow"), 150, before=True, after=True)  # ripe
    for where, ago in ((CADRE, 52), (TOWN, 47), (CADRE, 60)):
        yield Part(where, way_out("post_out"), ago, before=True, after=True)
    for where, last, ago in (
        (TOWN, "propose", 43),
        (CADRE2, "check", 50),
        (TOWN, "notice_out", 55),
        (CADRE2, "town_out", 57),
    ):
        yield Part(where, way_out(last), ago, before=True, after=True)
    yield Part(CADRE2, (*eliminated(), (79, "relapse"), (80, "roll_back")), 100, before=True, after=True)
    for place, where in enumerate((TOWN, CADRE2, *TOWNS[::2])):
        yield Part(where, slower(ladder("county"), 5 * place % 9), 60, after=True)
    for place, where in enumerate((TOWN, TOWN, *TOWNS)):
        helped = (*slower(ladder("county"), 4 * place % 7), (25, "team"), (26, "plan"))
        yield Part(where, helped, 35 + 9 * place, after=True)
    for where, last, ago in (
        (CADRE, "declare", 2), (CADRE, "open", 3), (CADRE, "open", 9), (CADRE, "data", 6), (CADRE, "post", 8),
        (CADRE, "post", 14), (TOWN, "on_site", 4), (TOWN, "on_site", 21), (TOWN, "notice", 14), (TOWN, "notice", 30),
        (TOWN, "town", 16), (TOWN, "town", 41), (CADRE2, "on_site", 5), (CADRE2, "post", 9), (CADRE2, "assess", 7),
    ):  # fmt: skip
        yield Part(where, ladder(last), ago)
    for where, (last, ago) in zip(TOWNS, ELSEWHERE, strict=True):
        yield Part(where, ladder(last), ago)
    yield from _turns()


def _turns() -> Iterator[Part]:
    """What does not go straight on: objections, green channel, refusals, appeals, who came back, moved or died."""
    yield Part(TOWN, (*ladder("post"), (8, "object")), 10)
    yield Part(CADRE, (*ladder("post"), (8, "object"), (10, "answer")), 13)
    yield Part(CADRE, (*ladder("open"), (1, "green"), (2, "on_site"), (2, "plan"), (4, "carry_out")), 6)
    yield Part(TOWN, (*ladder("notice"), (14, "return")), 16)
    yield Part(CADRE, (*ladder("notice"), (14, "reject"), (18, "appeal")), 22)
    yield Part(TOWN, (*ladder("data"), (5, "reject")), 34)
    for where, ago in ((CADRE, 90), (CADRE, 84), (CADRE2, 92), (TOWN, 150), (TOWN, 240)):
        yield Part(where, eliminated(), ago, before=True)
    yield Part(TOWN, (*eliminated(), (89, "relapse"), (90, "re_mark")), 95, before=True)
    yield Part(TOWN, ((0, "take_over"), (9, "move_away"), (10, "moved")), 40, before=True)
    yield Part(CADRE2, ((0, "take_over"), (11, "mourn"), (12, "die"), (14, "died")), 70, before=True)
