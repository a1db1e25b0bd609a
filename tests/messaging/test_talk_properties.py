"""会话性质: whoever writes whatever, whenever and however often, what must hold of every conversation holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine

from field.db import db
from field.ledger.note import Verifier
from field.ledger.verify import verify
from field.messaging.messages import Inbound, Photo, Place, Said
from field.monitoring.rebuild import rebuild
from field.worker import signer
from tests.county import County
from tests.messaging.talking import ADDRESSES, NAMES, Address, World, deployed, deploys

BEGINNINGS = ["困难", "困难", "困难", "报平安", "报平安", "绑定", "帮人申报", "换号了", "帮人"]
COMMANDS = ["返回", "帮助", "重来", "进度", "退订", "恢复", "T", "?"]
SHORT = ["1", "1", "1", "1", "1", "2", "2", "3", "0", "0", "11", "12", "１", "一", "对", "不对", "好的", "嗯"]
ANSWERS = [
    "上个月 3万", "去年底 不知道", "9月10号", "五千", "说不清", "老婆住院了,房子也漏雨", "1 4 9", "张三 李家村 1234",
    "陈大三 后坪村 {last4}", "我是堰垭村的", "张三", "1234", "在东莞,一个月六千", "在鼓楼区,三千多", "没活干,过不下去了",
    "换号了13900000009", "换号了13800000151", "不方便说", "没变化", "我儿子在深圳一个月八千", "还在龙华,做电工,出来八个月",
    "卡号6222021234567890123", "身份证 420626196805041234", "6222 0212 3456 7890 123", "6222  0212  3456  7890",
    "6222\t0212\n3456\x0078901234", "⑥②②②⑩⑩⑩⑩⑩⑩⑩⑩⑩", "6222\u200b0212\u200b3456\u200b7890", "000001", "算了", "都不是", "改口:在佛山,四千",
]  # fmt: skip
ODD = [
    "", " ", "]]>", "<xml>&amp;", "{county}", "\x00", "\ud83d", "\udc00困难", "😀" * 100, "{long}困难", "{long}1", "{long}九",
    "-1", "1e9", "0.0000001", "99999999999万", "\u202e321", "一" * 30, "②", "२", "前几几几年", "13月45号", "0月", "零天前",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(SHORT), st.sampled_from(SHORT), st.sampled_from(BEGINNINGS), st.sampled_from(ANSWERS),
    st.sampled_from(ANSWERS), st.sampled_from(COMMANDS), st.sampled_from(ODD), st.text(max_size=30),
)  # fmt: skip
SCRIPTS = [
    ["困难", "1", "上个月 3万", "0", "1"], ["困难", "张三 李家村 1234", "1 4", "去年底 五千", "1"], ["报平安", "在东莞,一个月六千", "1"],
    ["报平安", "2", "在鼓楼区,三千多", "1", "1"], ["报平安", "1"], ["帮人申报", "王老汉 后坪村 5678", "9", "0", "0", "1"],
    ["绑定", "陈大三 后坪村 {last4}", "1", "{code}", "进度"], ["绑定", "李小一 堰垭村 1014", "1", "0"],
    ["报平安", "还在龙华,换号了13900000009", "1", "1"], ["困难", "2", "0", "2", "2", "9月 2万", "1"],
]  # fmt: skip
EXAMPLES = 30
LONG = "{long}"
WHO = st.sampled_from(ADDRESSES)
PLACES = st.builds(
    Place,
    st.sampled_from([31.74, 0.0, -90.0, 90.0]), st.sampled_from([111.31, 180.0, -180.0]), st.sampled_from(["gcj02", "wgs84"]),
    st.sampled_from(["堰垭村", "", "420626196805041234", "\ud83d]]>", "{long}长"]),
)  # fmt: skip


def whole(text: str) -> str:
    """The text, the long ones written out."""
    return text.removeprefix(LONG) * 5000 if text.startswith(LONG) else text


class Talks(RuleBasedStateMachine):
    """Anything said by anybody, again and again, while time passes and others do their work."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__()
        self.connection = engine.connect().execution_options(field_writes=True)
        self.begun = self.connection.begin()
        self.world = World(self.connection, folder)
        self.libraries = deploys()
        self.deployed = deployed(self.libraries[0])
        self.deployed.__enter__()

    def teardown(self) -> None:
        """Nothing of it stays."""
        try:
            self.world.nothing_long_is_kept()
            assert self.verifier is not None
            assert verify(self.world.session, self.verifier).sound
            assert self.world.turn(rebuild).differing == ()
        finally:
            self.deployed.__exit__(None, None, None)
            self.world.session.close()
            self.begun.rollback()
            self.connection.close()

    verifier: Verifier | None = None

    def hear(self, who: Address, said: Said = Said.TEXT, text: str = "", **more: Any) -> None:
        world = self.world
        world.count += 1
        world.now += timedelta(seconds=20)
        text = (
            whole(text).replace("{last4}", (world.person("陈大三").id_number or "")[-4:]).replace("{code}", world.code)
        )
        message = Inbound(who[0], "played", f"M{world.count}", who[1], "us", said, world.now, text=text, **more)
        world.say(who, message)
        world.dialogs_hold()

    @rule(who=WHO, texts=st.lists(TEXTS, min_size=2, max_size=6))
    def write(self, who: Address, texts: list[str]) -> None:
        for text in texts:
            self.hear(who, text=text)

    @rule(who=WHO, script=st.sampled_from(SCRIPTS), words=st.integers(1, 6), then=st.lists(TEXTS, max_size=4))
    def say_as_expected(self, who: Address, script: list[str], words: int, then: list[str]) -> None:
        self.write(who, [*script[:words], *then])

    @rule(who=WHO, script=st.sampled_from(SCRIPTS), words=st.integers(2, 7), odd=TEXTS, at=st.integers(1, 6))
    def say_one_thing_else(self, who: Address, script: list[str], words: int, odd: str, at: int) -> None:
        self.write(who, [*script[:at], odd, *script[at:words]])

    @rule(who=WHO, script=st.sampled_from(SCRIPTS), then=st.lists(st.sampled_from(SHORT), max_size=3))
    def say_all(self, who: Address, script: list[str], then: list[str]) -> None:
        self.write(who, [*script, *then])

    @rule(who=WHO, text=TEXTS, said=st.sampled_from(Said), place=PLACES, photos=st.integers(1, 3))
    def send_otherwise(self, who: Address, text: str, said: Said, place: Place, photos: int) -> None:
        if said is Said.PHOTO:
            sent = tuple(Photo(f"photo-{self.world.count}-{number}") for number in range(photos))
            self.hear(who, said, text, photos=sent)
        elif said is Said.PLACE:
            self.hear(who, said, place=replace(place, label=whole(place.label)))
        else:
            self.hear(who, said, "" if said in (Said.FOLLOWED, Said.LEFT) else text)

    @precondition(lambda self: self.world.sent)
    @rule(data=st.data())
    def come_again(self, data: st.DataObject) -> None:
        self.world.again(*data.draw(st.sampled_from(self.world.sent)))

    @rule()
    def photographs_arrive(self) -> None:
        self.world.photographs_arrive()

    @rule(minutes=st.sampled_from([5, 61, 60 * 24, 60 * 49, 60 * 73, 60 * 24 * 5, 60 * 24 * 11, 60 * 24 * 40]))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule(start=st.booleans())
    def waves_go_on(self, start: bool) -> None:
        self.world.round(start=start)

    @rule(which=st.integers(0, 2))
    def deploy(self, which: int) -> None:
        self.deployed.__exit__(None, None, None)
        self.deployed = deployed(self.libraries[which])
        self.deployed.__enter__()

    @rule(name=st.sampled_from(NAMES), who=WHO, ends=st.booleans())
    def staff_decide(self, name: str, who: Address, *, ends: bool) -> None:
        if ends:
            self.world.revoke(who)
        else:
            self.world.bind(name, who)

    @invariant()
    def always(self) -> None:
        self.world.dialogs_hold()


@pytest.fixture
def talks(small_county: County, tmp_path: Path) -> Iterator[type[Talks]]:
    """The machine on a small county of its own."""
    with small_county.app.app_context():

        class Here(Talks):
            def __init__(self) -> None:
                super().__init__(db.engine, tmp_path / "vault")

        Here.verifier = signer(small_county.app.config["FIELD"]).verifier
        yield Here


def test_whatever_anybody_writes_the_rules_of_conversation_hold(talks: type[Talks]) -> None:
    often = settings(
        max_examples=EXAMPLES, stateful_step_count=20, deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(talks, settings=often)
