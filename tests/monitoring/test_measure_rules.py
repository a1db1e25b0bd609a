"""帮扶规则: state × action × role against a table written out by hand, every fault of a content, and random histories."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.codes import RiskFactor, Role
from field.help_codes import HelpAction, MeasureState
from field.monitoring.help.measure_contents import Circumstances, against, read
from field.monitoring.help.measure_rules import NEEDS, RULES, Course, Step, after, done_for, open_for, planned, steps
from field.monitoring.help.measures import days_late
from field.monitoring.policy.shelf import pack_on, shelf

DAY = date(2026, 11, 2)
PACK = pack_on(DAY)
PHOTO = "a" * 64
AROUND = Circumstances(DAY, PACK, ("illness",), frozenset({PHOTO}), due_on=date(2026, 12, 1))
V, T, C = "village", "town", "county"
TABLE = {
    ("planned", "start"): (V + T + C, "under_way"), ("carried_out", "reopen"): (T + C, "under_way"),
    ("dropped", "reopen"): (T + C, "planned"),
} | {
    (state, action): (V + T + C, to or state)
    for state in ("planned", "under_way")
    for action, to in (("note", ""), ("postpone", ""), ("carry_out", "carried_out"), ("drop", "dropped"))
}  # fmt: skip
SOUND: dict[str, dict[str, Any]] = {
    "join": {"role": "helper", "name": "刘干事", "phone": "13800000156", "from": "2026-11-01"},
    "leave": {"to": "2026-11-02"},
    "plan": {"risk_factor": "illness", "code": "insurance", "owner": "民政办", "from": "2026-11-02", "due_on": "2026-12-01"},
    "start": {}, "note": {"note": "材料已经报上去", "photos": [PHOTO]},
    "postpone": {"due_on": "2026-12-31", "note": "等审批"}, "carry_out": {"note": "已经到账", "amount": 156_000},
    "drop": {"note": "重复了"}, "reopen": {"note": "其实没有到账"},
}  # fmt: skip


def test_every_state_action_and_role_is_decided_as_the_table_says() -> None:
    for state in MeasureState:
        for role in Role:
            allowed = {one.value for one in steps(state, role)}
            assert allowed == {
                action for (at, action), (who, _) in TABLE.items() if at == state.value and role.value in who
            }
    found = {(at.value, action.value): rule.to.value for (at, action), rule in RULES.items() if at}
    assert found == {key: to for key, (_, to) in TABLE.items()}
    assert RULES[None, HelpAction.PLAN].to is MeasureState.PLANNED
    assert set(NEEDS) == set(HelpAction)


@pytest.mark.parametrize("action", HelpAction)
def test_a_sound_content_has_no_fault(action: HelpAction) -> None:
    part, faults = read(NEEDS[action], SOUND[action])
    assert faults == []
    assert part is not None
    assert list(against(part, AROUND)) == []


@pytest.mark.parametrize(
    ("action", "change", "field"),
    [
        ("plan", {"risk_factor": "housing"}, {"risk_factor", "code"}), ("plan", {"code": "water_works"}, {"code"}),
        ("plan", {"code": "no_such"}, {"code"}), ("plan", {"owner": " "}, {"owner"}),
        ("plan", {"due_on": "2026-11-01"}, {"due_on"}), ("plan", {"due_on": "十二月"}, {"due_on"}),
        ("plan", {"from": "1926-11-02"}, {"from"}), ("plan", {"due_on": "2126-11-02"}, {"from"}),
        ("carry_out", {"note": None}, {"note"}), ("carry_out", {"amount": -1}, {"amount"}),
        ("carry_out", {"amount": "许多"}, {"amount"}), ("carry_out", {"photos": ["b" * 64]}, {"photos"}),
        ("note", {"note": ""}, {"note"}), ("drop", {"note": ""}, {"note"}), ("start", {"extra": 1}, {"extra"}),
        ("postpone", {"due_on": "2026-11-01"}, {"due_on"}), ("postpone", {"due_on": "2026-12-01"}, {"due_on"}),
        ("join", {"phone": "12"}, {"phone"}), ("join", {"to": "2026-10-01"}, {"to"}), ("join", {"role": "x"}, {"role"}),
    ],
)  # fmt: skip
def test_every_fault_of_a_content_is_named(action: str, change: dict[str, Any], field: set[str]) -> None:
    part, faults = read(NEEDS[HelpAction(action)], SOUND[action] | change)
    assert {one["field"] for one in (*faults, *(against(part, AROUND) if part else ()))} == field


def test_where_money_is_paid_the_proof_names_an_amount_and_a_photograph_is_proof_enough() -> None:
    paid = Circumstances(DAY, PACK, photos=frozenset({PHOTO}), money=True)
    part, _ = read("proof", {"photos": [PHOTO]})
    assert part is not None
    assert [one["field"] for one in against(part, paid)] == ["amount"]
    assert list(against(part, AROUND)) == []


def test_a_household_has_one_leader_at_a_time() -> None:
    part, _ = read("join", SOUND["join"] | {"role": "lead"})
    assert part is not None
    led = Circumstances(DAY, PACK, led_by="王镇长")
    assert [one["message"] for one in against(part, led)] == ["已有牵头人王镇长，请先办退出"]


@pytest.mark.parametrize("name", ["2022", "2026"])
def test_every_pack_proposes_a_measure_with_its_days_for_every_risk_factor(name: str) -> None:
    pack = shelf().called(name)
    assert pack is not None
    for code in RiskFactor:
        several = pack.measures_for(code)
        assert several, code
        assert all(one.days and one.days_source for one in several)


@pytest.mark.parametrize(
    ("state", "due_on", "late"),
    [("planned", DAY, 0), ("planned", DAY - timedelta(days=3), 3), ("carried_out", date(2020, 1, 1), 0),
     ("dropped", date(2020, 1, 1), 0), ("under_way", DAY + timedelta(days=1), 0)],
)  # fmt: skip
def test_only_what_is_open_is_late(state: str, due_on: date, late: int) -> None:
    assert days_late(state, due_on, DAY) == late


def begun() -> Course:
    return planned({"risk_factor": "illness", "owner": "民政办", "from": "2026-11-02", "due_on": "2026-12-01"})


@given(st.lists(st.sampled_from(list(HelpAction)), max_size=30))
def test_in_no_history_is_a_measure_done_without_its_proof_or_open_with_one(acts: list[HelpAction]) -> None:
    at, proofs = begun(), set[int]()
    for seq, action in enumerate(acts, 2):
        rule = RULES.get((at.state, action))
        if rule is None:
            continue
        before, at = at, after(at, Step(action, rule.to, DAY, seq, SOUND[action]))
        proofs |= {seq} if action is HelpAction.CARRY_OUT else set()
        done = at.state is MeasureState.CARRIED_OUT
        assert done == (at.done_seq in proofs) == (at.done_on is not None)
        assert done_for([at]) == ({"illness": at.done_seq} if done else {})
        assert at.amount == (SOUND["carry_out"]["amount"] if done else None)
        assert open_for([at]) == ({"illness": 1} if at.state in ("planned", "under_way") else {})
        assert (at.due_on == before.due_on) or action is HelpAction.POSTPONE
        assert at.risk_factor == "illness"


def test_the_newest_of_several_measures_says_when_a_risk_was_last_helped() -> None:
    several = [replace(begun(), done_seq=seq) for seq in (5, 7, 3)]
    assert done_for([*several, replace(begun(), risk_factor="schooling", done_seq=9)]) == {"illness": 7, "schooling": 9}
