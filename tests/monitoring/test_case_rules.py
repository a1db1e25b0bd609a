"""办理规则: state × action × role against a table of its own, deadlines, four eyes, and no short way to eliminated."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.case_codes import CaseAction, CaseState
from field.codes import Kind, Role
from field.help_codes import HelpAction, MeasureState
from field.monitoring.cases.case_changes import after, due_after
from field.monitoring.cases.case_course import decide
from field.monitoring.cases.case_rules import RULES, due_in
from field.monitoring.cases.case_standing import Act, Around, Standing
from field.monitoring.cases.elimination import Earned, Ground, conditions, missing
from field.monitoring.help.measure_rules import RULES as HELP_RULES
from field.monitoring.help.measure_rules import Course, Step, done_for, open_for
from field.monitoring.help.measure_rules import after as course_after
from field.monitoring.policy.shelf import pack_on
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.monitoring.workdays import months_after

DAY = date(2026, 11, 2)
PACK = pack_on(DAY)
PHOTO = "a" * 64
ADULT = "019aa000-0000-7000-8000-000000000001"
OTHER = "019aa000-0000-7000-8000-000000000002"
PRESENT = {"place": "村委会", "eligible": 30, "present": 24, "in_favour": 20, "against": 2}
BEFORE = (Earned(date(2025, 9, 30), 1_000_000, 850_000),)
RIPE = Ground(1_200_000, 900_000, 0, False, date(2026, 1, 5), ("illness",), {"illness": 7}, 7, done={"illness": 5},
              income_until=date(2026, 9, 30), earlier=BEFORE)  # fmt: skip
# who may do what, written out once more by hand: state: {action: (roles, state that follows)}
V, T, C, D = "village", "town", "county", "department"
LADDER = ["on_site_check", "data_check", "assessment", "public_notice", "town_review", "county_approval", "monitored"]
OUT = ["elimination_check", "elimination_assessment", "elimination_notice", "elimination_town_review",
       "elimination_county_approval", "eliminated"]  # fmt: skip
WHO = {
    "check": V + T,
    "data_check": T + C,
    "assessment": V + T,
    "notice": V + T,
    "town_review": T,
    "county_approval": C,
}
TABLE: dict[tuple[str, str], tuple[str, str]] = {
    ("lead", "open"): (V + T + C, "on_site_check"), ("lead", "take_over"): (T + C, "monitored"),
    ("rejected", "appeal"): (V + T + C, "on_site_check"), ("eliminated", "roll_back"): (C, "monitored"),
    ("eliminated", "re_mark"): (V + T + C, "on_site_check"),
    ("monitored", "propose_elimination"): (V + T, "elimination_check"),
}  # fmt: skip
for way, back in ((LADDER, "rejected"), (["monitored", *OUT], "monitored")):
    steps = way[:-1] if way is LADDER else way[1:-1]
    for step in steps:
        roles = WHO["data_check"] if step == "data_check" else next(who for key, who in WHO.items() if key in step)
        TABLE[step, "advance"] = roles, way[way.index(step) + 1]
        TABLE[step, "reject"] = roles, back
        if step != "on_site_check":
            TABLE[step, "return"] = roles, way[way.index(step) - 1]
        if "notice" in step:
            TABLE[step, "post_notice"] = V + T, step
            TABLE[step, "object"] = V + T + C, step
            TABLE[step, "answer_objection"] = T + C, step
        if way is LADDER:
            TABLE[step, "green_channel"] = V + T + C, step
for state in [*LADDER, *OUT[:-1]]:
    for action, end in (("merge", "merged"), ("move_away", "moved_away"), ("die", "died")):
        TABLE[state, action], TABLE[state, f"confirm_{action}"] = (T + C, state), (C, end)
    TABLE[state, "keep"] = C, state
for action, end in (("move_away", "moved_away"), ("die", "died")):
    TABLE["eliminated", action], TABLE["eliminated", f"confirm_{action}"] = (T + C, "eliminated"), (C, end)
TABLE["eliminated", "keep"] = C, "eliminated"


def content(state: str, action: str, day: date = DAY) -> dict[str, Any]:
    """What must be written down, without a fault."""
    note: dict[str, Any] = {"note": "情况属实"}
    if action in ("open", "green"):
        return {}
    if action == "post_notice":
        return {"from": day.isoformat(), "to": (day + timedelta(days=5)).isoformat(), "place": "村务公开栏"}
    if action == "re_mark":
        return note | {"risk_factors": ["accident"]}
    if action == "merge":
        return note | {"into": OTHER}
    if action == "move_away":
        return note | {"division": "441900119", "informed": {"name": "长安镇民政办", "on": day.isoformat()}}
    if action != "advance":
        return note
    several: dict[str, dict[str, Any]] = {
        "on_site_check": note | {"consents": [{"person_id": ADULT, "how": "signed"}], "photos": [PHOTO]},
        "data_check": note | {"departments": ["医保", "民政"]},
        "assessment": PRESENT | {"held_on": day.isoformat()},
        "elimination_assessment": PRESENT | {"held_on": day.isoformat()},
        "public_notice": {}, "elimination_notice": {},
        "county_approval": note | {"kind": "at_risk", "risk_factors": ["illness"]},
        "elimination_town_review": note
        | {"measures": [{"risk_factor": "illness", "note": "已报销"}], "large_expense": {"note": "已解决"}},
    }  # fmt: skip
    return several.get(state, note)


def around(day: date = DAY, ground: Ground = RIPE) -> Around:
    mine = frozenset({PHOTO})
    return Around(
        day, PACK, ground, {ADULT: "陈大一"}, mine, mine, mine, visited=True, others=frozenset({OTHER}), county="420626"
    )  # fmt: skip


def proposed(action: str, by: str = "town1") -> dict[str, Any]:
    """What was proposed to end a case."""
    return {"action": action, "by": by, "into": OTHER, "division": "441900119", "due_on": "2026-11-05",
            "provisional": False}  # fmt: skip


def standing(state: CaseState) -> Standing:
    """A case that may go on at once, as far as the case itself is concerned."""
    at = Standing(state, since=DAY, identified_on=date(2026, 1, 5), risk_factors=("illness",))
    return replace(at, begins=DAY - timedelta(days=8), ends=DAY - timedelta(days=1)) if "notice" in state else at


def done(at: Standing, action: str, by: str, day: date = DAY, ground: Ground = RIPE, seq: int = 9) -> Standing:
    """An act done by `by`, whose role is the word before the number."""
    role = Role(by.rstrip("0123456789"))
    what = CaseAction(action)
    rule, kept = decide(at, what, content(at.state.value, action, day), by, role, around(day, ground))
    last = due_after(at, what, rule.to, day, PACK, None)
    return after(at, Act(what, rule.to, by, day, seq, kept | listed(ground), last.day if last else None))


def listed(ground: Ground) -> dict[str, Any]:
    since = ground.identified_on.isoformat() if ground.identified_on else None
    return {"household": {"kind": "marginal", "identified_on": since, "risk_factors": list(ground.risk_factors)}}


def test_every_state_action_and_role_is_decided_as_the_table_says() -> None:
    wrong = []
    for state in CaseState:
        for action in CaseAction:
            for role in Role:
                at = standing(state)
                if action is CaseAction.POST_NOTICE:
                    at = replace(at, begins=None, ends=None)
                if action is CaseAction.ANSWER_OBJECTION:
                    at = replace(at, stopped_on=DAY)
                if action.startswith("confirm_") or action is CaseAction.KEEP:
                    at = replace(at, leaving=proposed(action.removeprefix("confirm_")))
                roles, to = TABLE.get((state.value, action.value), ("", ""))
                expected = "out of order" if not roles else to if role.value in roles else "wrong hands"
                try:
                    rule, _ = decide(at, action, content(state.value, action.value), "x", role, around())
                    found = rule.to.value
                except OutOfOrder:
                    found = "out of order"
                except WrongHands:
                    found = "wrong hands"
                except Refused as error:
                    found = str(error)
                if found != expected:
                    wrong.append((state.value, action.value, role.value, found, expected))
    assert wrong == []
    assert len(RULES) == len(TABLE)


def test_a_lead_becomes_monitored_step_by_step() -> None:
    at, day = Standing(), DAY
    for action, by in (("open", "village1"), ("advance", "village1"), ("advance", "town1"), ("advance", "village1"),
                       ("post_notice", "village1")):  # fmt: skip
        at = done(at, action, by, day)
    day += timedelta(days=6)
    for action, by in (("advance", "village1"), ("advance", "town1"), ("advance", "county1")):
        at = done(at, action, by, day)
    assert (at.state, at.identified_on, at.kind, at.risk_factors) == ("monitored", day, "at_risk", ("illness",))


@pytest.mark.parametrize("state", ["town_review", "elimination_town_review"])
def test_nobody_approves_what_they_proposed_but_may_redo_their_own_review(state: str) -> None:
    at = replace(standing(CaseState(state)), hands=(("on_site_check", "town1"),))
    with pytest.raises(WrongHands):
        done(at, "advance", "town1")
    at = done(at, "advance", "town2")
    at = done(at, "return", "county1")
    assert done(at, "advance", "town2").state is not at.state


def test_who_rejected_does_not_reject_the_appeal() -> None:
    at = done(done(standing(CaseState.COUNTY_APPROVAL), "reject", "county1"), "appeal", "village1")
    assert at.state is CaseState.ON_SITE_CHECK
    at = replace(at, state=CaseState.COUNTY_APPROVAL)
    with pytest.raises(WrongHands):
        done(at, "reject", "county1")
    assert done(at, "reject", "county2").state is CaseState.REJECTED


def test_an_objection_stops_the_notice_by_the_days_until_it_is_answered() -> None:
    at = done(replace(standing(CaseState.PUBLIC_NOTICE), begins=None, ends=None), "post_notice", "village1")
    at = done(at, "object", "village1", DAY + timedelta(days=2))
    assert at.due_on is None
    with pytest.raises(Refused, match="异议还没有答复"):
        done(at, "advance", "village1", DAY + timedelta(days=30))
    at = done(at, "answer_objection", "town1", DAY + timedelta(days=5))
    assert (at.ends, at.due_on) == (DAY + timedelta(days=8), DAY + timedelta(days=9))
    with pytest.raises(Refused, match="才满期"):
        done(at, "advance", "village1", DAY + timedelta(days=8))
    assert done(at, "advance", "village1", DAY + timedelta(days=9)).state is CaseState.TOWN_REVIEW


def test_who_raised_an_objection_does_not_answer_it_but_may_still_review() -> None:
    at = done(replace(standing(CaseState.PUBLIC_NOTICE), begins=None, ends=None), "post_notice", "village1")
    at = done(at, "object", "town1", DAY + timedelta(days=1))
    with pytest.raises(WrongHands, match="由别人来答复"):
        done(at, "answer_objection", "town1", DAY + timedelta(days=2))
    at = done(at, "answer_objection", "town2", DAY + timedelta(days=2))
    at = done(at, "object", "town2", DAY + timedelta(days=3))
    at = done(at, "answer_objection", "town1", DAY + timedelta(days=3))
    at = done(at, "advance", "village1", DAY + timedelta(days=30))
    assert done(at, "advance", "town1", DAY + timedelta(days=30)).state is CaseState.COUNTY_APPROVAL


@pytest.mark.parametrize(("action", "end"), [("merge", "merged"), ("move_away", "moved_away"), ("die", "died")])
@pytest.mark.parametrize("state", [*LADDER, *OUT[:-1]])
def test_one_proposes_that_a_household_leaves_and_another_at_the_county_confirms_it(
    state: str, action: str, end: str
) -> None:
    for by in ("town1", "county1"):
        at = done(replace(standing(CaseState(state)), due_on=DAY), action, by)
        assert (at.state, at.leaving and at.leaving["action"]) == (state, action), "still monitored"
        for other in ("advance", "post_notice", "object", "move_away", "merge", "green_channel", "propose_elimination"):
            with pytest.raises(OutOfOrder if (state, other) not in TABLE else Refused):
                done(at, other, "county2" if "county" in state else "town1" if "town" in state else "village1")
        with pytest.raises(WrongHands):
            done(at, f"confirm_{action}", "town2")
        if by == "county1":
            with pytest.raises(WrongHands, match="要由别人来确认"):
                done(at, f"confirm_{action}", "county1")
        gone = done(at, f"confirm_{action}", "county2")
        assert (gone.state, gone.leaving, gone.merged_into) == (end, None, OTHER if action == "merge" else None)
        kept = done(at, "keep", "county1")
        assert (kept.state, kept.leaving) == (state, None), "as if nothing had been proposed"
        assert kept.due_on == (None if state == "monitored" else DAY)


def test_a_step_that_stood_still_has_the_time_that_it_had_left_and_a_notice_hangs_longer() -> None:
    on, later = DAY + timedelta(days=1), DAY + timedelta(days=11)
    checked = replace(standing(CaseState.ON_SITE_CHECK), due_on=DAY + timedelta(days=3))
    kept = done(done(checked, "move_away", "town1", on), "keep", "county1", later)
    assert (kept.due_on, kept.counts_from) == (DAY + timedelta(days=13), DAY + timedelta(days=10))
    again = done(done(kept, "move_away", "town1", later), "keep", "county1", later + timedelta(days=2))
    assert (again.due_on, again.counts_from) == (DAY + timedelta(days=15), DAY + timedelta(days=12))
    assert done(kept, "advance", "village1", later).counts_from is None, "the next step has its own time"
    posted = done(replace(standing(CaseState.PUBLIC_NOTICE), begins=None, ends=None), "post_notice", "village1")
    kept = done(done(posted, "die", "town1", on), "keep", "county1", later)
    assert (kept.ends, kept.due_on) == (DAY + timedelta(days=15), DAY + timedelta(days=16))
    objected = done(posted, "object", "village1", on)
    kept = done(done(objected, "die", "town1", on), "keep", "county1", later)
    assert (kept.ends, kept.due_on, kept.counts_from) == (posted.ends, None, later), "it stands still for the objection"
    assert done(kept, "answer_objection", "town1", later).ends == DAY + timedelta(days=15)


def test_a_proposal_of_old_that_does_not_say_since_when_takes_and_gives_no_day() -> None:
    at = replace(standing(CaseState.ON_SITE_CHECK), leaving={**proposed("move_away"), "due_on": DAY.isoformat()})
    assert done(at, "keep", "county1", DAY + timedelta(days=4)).due_on == DAY


def test_nothing_is_confirmed_that_was_not_proposed_and_no_merge_into_a_household_that_is_gone() -> None:
    at = standing(CaseState.MONITORED)
    for action in ("confirm_merge", "confirm_move_away", "confirm_die", "keep"):
        with pytest.raises(Refused, match="没有人提出过"):
            done(at, action, "county1")
    with pytest.raises(Refused, match="已经提出迁出"):
        done(replace(at, leaving=proposed("move_away")), "confirm_die", "county1")
    merging, nobody = replace(at, leaving=proposed("merge")), replace(around(), others=frozenset())
    with pytest.raises(Refused, match="已经并走"):
        decide(merging, CaseAction.CONFIRM_MERGE, {}, "county1", Role.COUNTY, nobody)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"division": "420626107"}, "division", "还在本县"),
        ({"division": "4206"}, "division", "还在本县"),
        ({"division": "外县"}, "division", "看不出"),
        ({"division": "44"}, "division", "看不出"),
        ({"informed": None}, "informed", "免得两边都不管"),
        ({"note": ""}, "note", "没有填写"),
        ({"informed": {"name": "长安镇民政办", "on": "2026-11-03"}}, "informed.on", "之后"),
        ({"informed": {"name": "长安镇民政办"}}, "informed.on", "没有填写"),
        ({"informed": None, "photos": ["b" * 64]}, "photos", "要先随走访交上来"),
    ],
)
def test_who_moves_away_goes_to_another_county_where_somebody_knows_or_a_paper_proves_it(
    change: dict[str, Any], field: str, words: str
) -> None:
    said = content("monitored", "move_away")
    with pytest.raises(Refused, match=words) as refused:
        decide(standing(CaseState.MONITORED), CaseAction.MOVE_AWAY, said | change, "town1", Role.TOWN, around())
    assert [one["field"] for one in refused.value.faults] == [field]
    proven = said | {"informed": None, "photos": [PHOTO]}
    decide(standing(CaseState.MONITORED), CaseAction.MOVE_AWAY, proven, "town1", Role.TOWN, around())


def test_a_move_that_was_proposed_without_saying_where_to_is_not_confirmed() -> None:
    at = replace(standing(CaseState.MONITORED), leaving={"action": "move_away", "by": "town1", "into": None,
                                                         "due_on": None, "provisional": False})  # fmt: skip
    with pytest.raises(Refused, match="没有写明迁到哪里"):
        done(at, "confirm_move_away", "county1")
    assert done(at, "keep", "county1").leaving is None


def test_an_entry_of_when_one_word_was_enough_still_ends_the_case() -> None:
    at = replace(standing(CaseState.MONITORED), due_on=DAY)
    said = {"note": "两户本是一家", "into": OTHER}
    gone = after(at, Act(CaseAction.MERGE, CaseState.MERGED, "town1", DAY, 9, said))
    assert (gone.state, gone.merged_into, gone.leaving, gone.due_on) == ("merged", OTHER, None, None)


def test_roll_back_and_re_mark_are_two_different_acts() -> None:
    gone = replace(standing(CaseState.ELIMINATED), kind="marginal")
    back = done(gone, "roll_back", "county1")
    assert (back.state, back.identified_on, back.round) == ("monitored", gone.identified_on, 1)
    again = done(gone, "re_mark", "village1")
    assert (again.state, again.round) == ("on_site_check", 2)


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        ({"income_per_head": 900_000}, "income"), ({"income_per_head": None}, "income"), ({"earlier": ()}, "income"),
        ({"earlier": (Earned(date(2025, 9, 30), 850_000, 850_000),)}, "income"),
        ({"earlier": (Earned(date(2025, 9, 30), None, 850_000), *BEFORE)}, "income"),
        ({"guarantees_missing": 1}, "guarantees"), ({"guarantees_missing": None}, "guarantees"),
        ({"no_labour": True}, "labour"), ({"identified_on": date(2026, 5, 3)}, "months"),
        ({"identified_on": None}, "months"), ({"carried_out": {}}, "measure.illness"),
        ({"risk_factors": ("illness", "water")}, "measure.water"), ({"risk_factors": ()}, "measures"),
        ({"expense_solved": None}, "expense"), ({"done": {}}, "measure.illness"),
        ({"still_open": {"illness": 1}}, "measure.illness"), ({"done": {"illness": 8}}, "measure.illness"),
    ],
)  # fmt: skip
def test_each_condition_alone_keeps_a_household_monitored(change: dict[str, Any], missed: str) -> None:
    ground = replace(RIPE, **change)
    assert [one.code for one in missing(conditions(ground, PACK.elimination, DAY))] == [missed]
    with pytest.raises(Refused) as refused:
        done(standing(CaseState.ELIMINATION_COUNTY_APPROVAL), "advance", "county1", ground=ground)
    assert [one["field"] for one in refused.value.faults] == [f"conditions.{missed}"]


def test_a_ripe_household_fulfils_every_condition_to_the_day() -> None:
    assert missing(conditions(replace(RIPE, identified_on=date(2026, 5, 2)), PACK.elimination, DAY)) == []
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 1, 31), -1) == date(2025, 12, 31)


def test_a_steady_income_is_told_with_the_figures_of_every_period() -> None:
    both = conditions(RIPE, PACK.elimination, DAY)[0]
    assert (both.holds, both.words) == (True, (
        "到2026年9月30日的一年，人均 12,000 元，监测范围 9,000 元；"
        "到2025年9月30日的一年，人均 10,000 元，监测范围 8,500 元；都要超过监测范围的 100%"
    ))  # fmt: skip
    one = conditions(replace(RIPE, earlier=()), PACK.elimination, DAY)[0]
    assert (one.holds, "还要再有 1 期的收入记录" in one.words) == (False, True)
    before_that = PACK.elimination.model_copy(update={"income_periods": 1})
    assert conditions(replace(RIPE, earlier=()), before_that, DAY)[0].holds, "as packs without the number say"


def test_deadlines_count_calendar_or_working_days_as_the_pack_says() -> None:
    friday = date(2026, 10, 30)
    assert due_in(CaseState.ON_SITE_CHECK, friday, PACK).day == date(2026, 11, 2)  # type: ignore[union-attr]
    assert due_in(CaseState.DATA_CHECK, friday, PACK).day == date(2026, 11, 6)  # type: ignore[union-attr]
    assert due_in(CaseState.MONITORED, friday, PACK) is None


@pytest.mark.parametrize(
    ("state", "change", "field"),
    [
        ("on_site_check", {"consents": []}, "consents"),
        ("on_site_check", {"consents": [{"person_id": ADULT, "how": "fingerprint"}]}, "consents"),
        ("on_site_check", {"consents": [{"person_id": ADULT, "how": "drawn", "signature": "b" * 64}]}, "consents"),
        ("on_site_check", {"photos": ["b" * 64]}, "photos"), ("on_site_check", {"note": ""}, "note"),
        ("data_check", {"departments": []}, "departments"), ("assessment", {"present": 19, "in_favour": 17}, "present"),
        ("assessment", {"in_favour": 12}, "in_favour"), ("assessment", {"against": 23}, "in_favour"),
        ("assessment", {"held_on": "2026-11-03"}, "held_on"), ("assessment", {"eligible": "许多"}, "eligible"),
        ("county_approval", {"kind": "unstable"}, "kind"), ("county_approval", {"risk_factors": []}, "risk_factors"),
        ("elimination_town_review", {"measures": []}, "measures"), ("town_review", {"extra": 1}, "extra"),
    ],
)  # fmt: skip
def test_every_fault_of_a_content_is_named(state: str, change: dict[str, Any], field: str) -> None:
    role = Role.COUNTY if "county" in state else Role.TOWN
    with pytest.raises(Refused) as refused:
        decide(standing(CaseState(state)), CaseAction.ADVANCE, content(state, "advance") | change, "x", role, around())
    assert {one["field"] for one in refused.value.faults} == {field}


@pytest.mark.parametrize(
    ("year", "formerly_poor", "kinds"),
    [
        (2022, True, ["unstable", "sudden"]), (2022, False, ["marginal", "sudden"]),
        (2026, True, ["at_risk"]), (2026, False, ["at_risk"]),
    ],
)  # fmt: skip
def test_the_county_approves_the_kinds_of_the_pack_and_is_told_them(
    year: int, formerly_poor: bool, kinds: list[str]
) -> None:
    at = standing(CaseState.COUNTY_APPROVAL)
    circumstances = replace(around(), pack=pack_on(date(year, 6, 1)), formerly_poor=formerly_poor)
    labels = "、".join(Kind(one).label for one in kinds)
    for kind in Kind:
        said = content("county_approval", "advance") | {"kind": kind.value}
        if kind in kinds:
            assert decide(at, CaseAction.ADVANCE, said, "x", Role.COUNTY, circumstances)[1]["kind"] == kind
            continue
        with pytest.raises(Refused) as refused:
            decide(at, CaseAction.ADVANCE, said, "x", Role.COUNTY, circumstances)
        assert refused.value.faults == [{"field": "kind", "message": f"按政策包，这一户可以定的类别是：{labels}"}]


@pytest.mark.parametrize("state", ["on_site_check", "elimination_check"])
def test_a_check_at_the_door_needs_somebody_who_was_at_the_door(state: str) -> None:
    unseen, at = replace(around(), visited=False), standing(CaseState(state))
    with pytest.raises(Refused, match="还没有走访记录"):
        decide(at, CaseAction.ADVANCE, content(state, "advance"), "x", Role.VILLAGE, unseen)


def test_a_consent_that_was_photographed_before_the_lead_came_is_none() -> None:
    at, before = standing(CaseState.ON_SITE_CHECK), replace(around(), fresh=frozenset())
    with pytest.raises(Refused, match="要是线索来了以后交上来的"):
        decide(at, CaseAction.ADVANCE, content("on_site_check", "advance"), "x", Role.VILLAGE, before)


@pytest.mark.parametrize(("present", "in_favour", "enough"), [(20, 11, True), (19, 11, False), (20, 10, False)])
def test_two_thirds_are_two_thirds_and_more_than_half_is_more_than_half(
    present: int, in_favour: int, enough: bool
) -> None:
    at, said = standing(CaseState.ASSESSMENT), content("assessment", "advance") | {"eligible": 30, "against": 0}
    said |= {"present": present, "in_favour": in_favour}
    if enough:
        decide(at, CaseAction.ADVANCE, said, "x", Role.VILLAGE, around())
        return
    with pytest.raises(Refused, match=r"到会的不够应到的 2/3|同意的没有超过到会的 50%"):
        decide(at, CaseAction.ADVANCE, said, "x", Role.VILLAGE, around())


def test_several_faults_are_named_at_once() -> None:
    said = {"held_on": "2026-11-03", "place": "", "eligible": 30, "present": 31, "in_favour": -1}
    with pytest.raises(Refused) as refused:
        decide(standing(CaseState.ASSESSMENT), CaseAction.ADVANCE, said, "x", Role.VILLAGE, around())
    assert {one["field"] for one in refused.value.faults} == {"place", "in_favour", "against"}


ODD = [
    replace(RIPE, income_per_head=None), replace(RIPE, income_per_head=800_000), replace(RIPE, guarantees_missing=2),
    replace(RIPE, no_labour=True), replace(RIPE, risk_factors=("illness", "water")),
    replace(RIPE, earlier=()), replace(RIPE, earlier=(Earned(date(2025, 9, 30), 700_000, 850_000),)),
]  # fmt: skip
HELP = ["carry_out", "carry_out", "reopen", "drop", "plan"]
FORWARD = {"monitored": "propose_elimination", "rejected": "appeal"}
ACTS = st.tuples(
    st.sampled_from(["forward"] * 60 + [one.value for one in CaseAction]),
    st.sampled_from(["fit"] * 30 + ["village1", "town1", "town2", "county1", "county2"]),
    st.sampled_from([7] * 6 + [0, 1, 40]), st.sampled_from([RIPE] * 20 + ODD), st.sampled_from([""] * 30 + HELP),
)  # fmt: skip


def fit(state: str) -> str:
    """Whose step it is."""
    return (
        "county1"
        if "county" in state or state == "eliminated"
        else "town2"
        if state in ("data_check",) or "town" in state
        else "village1"
    )


BEGUN = Course(MeasureState.PLANNED, "illness", "民政办", DAY, DAY)


def helped(at: Course, action: str, seq: int) -> Course:
    """The next step of a measure, where it may be taken."""
    rule = HELP_RULES.get((at.state, HelpAction(action)))
    return course_after(at, Step(HelpAction(action), rule.to, DAY, seq, {})) if rule else at


def in_breach(before: Standing, by: str, day: date, seen: Ground, proposed: set[str], posted: bool) -> list[str]:
    """What was wrong with an elimination, by rules written out once more."""
    since = before.identified_on
    told = {
        "out of order": before.state == "elimination_county_approval", "not the county": by.startswith("county"),
        "own proposal": by not in proposed, "not made public": posted, "poor": (seen.income_per_head or 0) > 900_000,
        "poor before": any((one.per_head or 0) > 850_000 for one in seen.earlier),
        "guarantees": seen.guarantees_missing == 0, "no labour": not seen.no_labour,
        "too early": since is not None and since + timedelta(days=181) <= day,
        "measures": set(seen.risk_factors) <= set(seen.done), "left open": not seen.still_open,
        "not confirmed": all(before.carried_out.get(code, 0) > seq for code, seq in seen.done.items()),
        "expense": before.expense_solved is not None,
    }  # fmt: skip
    return [name for name, right in told.items() if not right]


def test_no_history_reaches_eliminated_in_breach_of_a_condition() -> None:
    reached = []

    @settings(max_examples=150, deadline=None)
    @given(st.booleans(), st.lists(ACTS, min_size=20, max_size=60))
    def go(listed_before: bool, acts: list[tuple[str, str, int, Ground, str]]) -> None:
        at = done(Standing(), "take_over", "town1") if listed_before else done(Standing(), "open", "village1")
        day, hands, posted = DAY, set[str](), False
        courses = [helped(BEGUN, "carry_out", 9)]
        for seq, (word, who, days, seen, help_) in enumerate(acts, 10):
            if help_ == "plan":
                courses.append(BEGUN)
            elif help_:
                courses = [helped(one, help_, seq) for one in courses]
            day, before, state = day + timedelta(days=days), at, at.state.value
            by = who if who != "fit" else "county1" if at.leaving else fit(state)
            usual = "post_notice" if "notice" in state and at.ends is None else FORWARD.get(state, "advance")
            action = word if word != "forward" else "keep" if at.leaving else usual
            seen = replace(seen, done=done_for(courses), still_open=open_for(courses))  # noqa: PLW2901 (as it is by now)
            known = replace(seen, carried_out=at.carried_out, expense_solved=at.expense_solved)
            try:
                at = done(at, action, by, day, replace(known, identified_on=at.identified_on), seq)
            except Refused:
                continue
            if state == "monitored":
                hands, posted = {by}, False
            posted = posted or (action == "post_notice" and state == "elimination_notice")
            if at.state is CaseState.ELIMINATED and before.state is not CaseState.ELIMINATED:
                assert in_breach(before, by, day, seen, hands, posted) == []
                reached.append(seq)
            if state in OUT and action in ("advance", "post_notice"):
                hands.add(by)

    go()
    assert len(reached) > 10, "such histories do end in an elimination now and then"
