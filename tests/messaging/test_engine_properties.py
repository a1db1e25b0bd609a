"""对话引擎性质: from any state, any text leads to a state that can be kept, read again and gone back from."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field.messaging.dialogs.engine import Heard, Senses, Turn, begin, go_on, repeat
from field.messaging.dialogs.loading import NAMES, library
from field.messaging.dialogs.run import MOST_EXCHANGES, readable
from field.messaging.dialogs.saying import text_units
from field.messaging.understanding import towns
from field.messaging.understanding.understand import understand
from tests.messaging.test_talk_properties import ANSWERS, BEGINNINGS, COMMANDS, ODD, SHORT

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SENSES = Senses(
    partial(understand, on=date(2026, 11, 20)),
    place_name=lambda code: f"某地{code}",
    towns=lambda village: ("马桥镇", "后坪镇")[: len(village)],
    starts=library().starts,
)
TEXTS = st.one_of(
    st.sampled_from(SHORT), st.sampled_from(ANSWERS), st.sampled_from(BEGINNINGS + COMMANDS + ODD), st.text(max_size=20)
)
PEOPLE = [{"id": "a", "shown": "陈大一"}, {"id": "b", "shown": "李小一"}]
CONTEXTS = st.fixed_dictionaries({
    "bound": st.booleans(), "name": st.sampled_from(["", "李女士"]), "channel": st.sampled_from(["sms", "wechat", "web"]),
    "county": st.just("保康县"), "place": st.sampled_from([None, "义乌市"]), "income": st.sampled_from([None, "4731"]),
    "people": st.sampled_from([[], PEOPLE]),
})  # fmt: skip
HEARD = st.builds(
    Heard, TEXTS, st.lists(st.sampled_from(["m1:0", "m2:0"]), max_size=2),
    st.sampled_from([None, {"latitude": 31.7, "label": "村"}, {"latitude": float("nan")}]),
)  # fmt: skip
often = partial(settings, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@st.composite
def states(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Any state that a dialog may have been left in, by this version of it or by another one."""
    steps = [*library().dialog(name).steps, "gone"]
    state = {
        "dialog": draw(st.sampled_from([name, name, name, "another"])), "version": draw(st.integers(0, 9)),
        "step": draw(st.sampled_from(steps)), "path": draw(st.lists(st.sampled_from(steps), max_size=4)),
        "answers": draw(answers()), "exchanges": draw(st.integers(0, MOST_EXCHANGES - 1)),
        "misses": draw(st.integers(0, 3)),
        "expires_at": (NOW + timedelta(hours=draw(st.sampled_from([-1, 0, 1])))).isoformat(),
    }  # fmt: skip
    if draw(st.integers(0, 9)) == 0:
        state.pop(draw(st.sampled_from(sorted(state))))
    return state


def answers() -> st.SearchStrategy[dict[str, Any]]:
    """What may have been answered so far."""
    who = st.sampled_from(
        [
            None,
            {"name": "张三", "village": "李家村", "last4": "1234"},
            {"name": "张三", "village": "李家村", "town": ""},
            {},
        ]
    )
    facts = {"facts": {"work_place": "4419"}, "shown": {"work_place": "在东莞市"}, "places": [], "note": "在东莞"}
    unclear = {**facts, "places": [{"code": "320106", "name": "南京市鼓楼区"}]}
    codes = towns.codes_of("城关镇")
    many = {**facts, "places": [{"code": code, "name": code if at < 4 else ""} for at, code in enumerate(codes)]}
    return st.fixed_dictionaries({}, optional={
        "claim": who, "claim?": who, "whom": who, "whom?": who, "helping": st.just(True), "person": st.sampled_from([None, "a"]),
        "risk_factors": st.sampled_from([None, ["illness"], ["illness", "housing", "water", "other"]]), "note": st.just("病了"),
        "since": st.sampled_from([None, "2026-10", "2026-09-10"]), "amount": st.sampled_from([None, 1, 3_000_000]),
        "photos": st.just(["m0:0"]), "photos_asked": st.booleans(), "notice": st.just("2026-11"),
        "proposed": st.sampled_from([None, facts, unclear, many]), "code": st.just("123456"), "contact": st.just("c"),
    })  # fmt: skip


def is_whole(name: str, turn: Turn) -> None:
    """The turn can be kept and read again, and what it says fits."""
    for say in turn.says:
        assert say.text
        assert say.step
    if turn.state is None:
        return
    kept = json.loads(json.dumps(turn.state, allow_nan=False))
    assert kept == turn.state
    assert readable(library().dialog(name), kept) is not None
    assert turn.expires_at is not None
    assert turn.state["exchanges"] < MOST_EXCHANGES
    assert turn.says, "whoever is waited for was told so"


@often(max_examples=300)
@given(st.data(), st.sampled_from(NAMES), HEARD, CONTEXTS)
def test_any_state_and_any_words_lead_to_a_state_that_can_be_kept(
    data: st.DataObject, name: str, heard: Heard, context: dict[str, Any]
) -> None:
    state = data.draw(states(name))
    before = json.dumps(state)
    dialog = library().dialog(name)
    turn = go_on(dialog, state, heard, context, NOW, SENSES)
    is_whole(name, turn)
    assert json.dumps(state) == before, "the state that was kept is not written over"
    assert go_on(dialog, state, heard, context, NOW, SENSES) == turn, "the same again is the same"
    repeat(dialog, state, context, NOW)
    if context["channel"] == "sms":
        assert [say.text for say in turn.says if text_units(f"【田野】{say.text}") > 70] == []


@often(max_examples=150)
@given(st.sampled_from(NAMES), CONTEXTS, st.lists(TEXTS, max_size=8), TEXTS)
def test_going_back_asks_the_step_before_and_going_on_again_leads_to_the_same(
    name: str, context: dict[str, Any], texts: list[str], text: str
) -> None:
    dialog, turn = library().dialog(name), begin(library().dialog(name), context, NOW)
    for one in texts:
        if turn.state is None:
            return
        turn = go_on(dialog, turn.state, Heard(one), context, NOW, SENSES)
        is_whole(name, turn)
    if turn.state is None or turn.state["exchanges"] > MOST_EXCHANGES - 4:
        return
    there = go_on(dialog, turn.state, Heard(text), context, NOW, SENSES)
    if there.state is None or there.state["path"] != [*turn.state["path"], turn.step]:
        return  # it did not lead one step on
    back = go_on(dialog, there.state, Heard("返回"), context, NOW, SENSES)
    assert (back.step, back.closing) == (turn.step, "")
    assert back.state is not None
    assert back.state["path"] == turn.state["path"]
    if turn.state["misses"] or any(key.endswith("?") for key in turn.state["answers"]):
        return  # it was said in parts, all of which are forgotten
    on = go_on(dialog, back.state, Heard(text), context, NOW, SENSES)
    assert on.step == there.step
    assert on.state is not None
    assert {**on.state["answers"], "helped": 0} == {**there.state["answers"], "helped": 0}
