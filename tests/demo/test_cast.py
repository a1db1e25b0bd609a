"""演示角色: what is to happen to a case has happened by today, and the published table stays as it is."""

from field.demo.cast import Cast, parts
from field.demo.courses import WAY_OUT
from field.demo.need import ILL
from tests.demo.test_county import COUNTY, TODAY

PARTS = list(parts())


def test_every_course_is_over_before_today_and_in_the_order_of_its_days() -> None:
    for part in PARTS:
        days = [day for day, _name in part.course]
        assert days == sorted(days), part
        assert days[-1] < part.ago < 270, part


def test_who_is_taken_over_was_listed_and_who_ends_monitored_counts_in_the_table() -> None:
    for part in PARTS:
        names = [name for _day, name in part.course]
        assert part.before is ("take_over" in names), part
        gone = {"county_out", "moved", "died"} & set(names) and "roll_back" not in names
        climbed = "county" in names
        assert part.after is bool(climbed or (part.before and not gone)), part


def test_most_states_of_the_way_out_are_there_and_two_in_the_cadres_village_are_ripe() -> None:
    last = [part.course[-1][1] for part in PARTS]
    assert {"post_out", "propose", "check", "notice_out", "town_out", "county_out"} <= set(last)
    assert [name for _day, name in WAY_OUT][5] == "follow"
    ripe = [part for part in PARTS if part.course == WAY_OUT[:6] and part.where == "420626107204"]
    assert len(ripe) == 2


def test_what_a_household_is_on_the_ladder_for_is_seen_in_its_members() -> None:
    cast = Cast(TODAY)
    taken = [cast.take(one) for one in COUNTY]
    climbing = [one for one in taken if (played := cast.played.get(one["number"])) and not played.part.before]
    for one in climbing:
        risks = cast.played[one["number"]].risk_factors
        assert not any(member.get("monthly_income") for member in one["members"]), "nobody earns elsewhere any more"
        assert risks[0] != "illness" or any(member.get("health") in ILL for member in one["members"])
    assert len({cast.played[one["number"]].risk_factors[0] for one in climbing}) > 4


def test_who_is_identified_by_a_case_is_told_as_the_table_has_it() -> None:
    cast = Cast(TODAY)
    for one in COUNTY:
        cast.take(one)
    new = [
        one for one in COUNTY if (played := cast.played.get(one["number"])) and played.part.after > played.part.before
    ]
    assert len(new) > 10
    assert all(one["kind"] == ("unstable" if one["formerly_poor"] else "marginal") for one in new)
