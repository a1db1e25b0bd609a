"""短信模板: what was approved is what is sent, whole or not at all, and every gap has its name."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field import clock
from field.messaging.connected import Connected
from field.messaging.dialogs.lengths import lengths
from field.messaging.dialogs.loading import Faulty, library
from field.messaging.dialogs.saying import text_units
from field.messaging.dialogs.shapes import Dialog
from field.messaging.messages import SendError
from field.messaging.providers.aliyun import Aliyun
from field.messaging.providers.pushed import door
from field.messaging.providers.tencent import Tencent
from field.messaging.template_gaps import filings, gaps, wanted, whole
from field.messaging.templates import Approved, Template, cut, read, spread
from tests.county import County
from tests.running import settings_of

NUMBER = "3F9A-07C1-55D2-8E4B"


def approved(wording: str, longest: int = 20, **more: Any) -> Approved:
    return Approved(longest=longest, steps={"s": Template(id="T1", wording=wording, **more)})


LIMITED = Approved(longest=30, steps={"s": Template(id="T1", wording="{number}", longest={"number": 12})})


@pytest.mark.parametrize(
    ("wording", "longest", "variables", "named"),
    [
        ("不变的话", 6, {"more": "x"}, {}),
        ("{what};{since}", 20, {"since": "9月起", "what": "生病"}, {"what": "生病", "since": "9月起"}),
        ("受理号{number_1}{number_2}{number_3}{number_4}", 6, {"number": NUMBER},
         {"number_1": "3F9A-", "number_2": "07C1-", "number_3": "55D2-", "number_4": "8E4B"}),
        ("您说{facts_1}{facts_2}", 12, {"facts": "在深圳"}, {"facts_1": "在深", "facts_2": "圳"}),
        ("您说{facts_1}{facts_2}", 12, {"facts": "在"}, {"facts_1": "在", "facts_2": "-"}),
        ("{name}您好", 6, {"name": ""}, {"name": "乡亲"}),
        ("{name}您好", 3, {"name": "欧阳修文"}, {"name": "欧阳…"}),
        ("{county}您好", 6, {"county": ""}, {"county": "-"}),
    ],
)  # fmt: skip
def test_a_template_is_filled_in_its_own_order(
    wording: str, longest: int, variables: dict[str, str], named: dict[str, str]
) -> None:
    filled = approved(wording, longest).fill("s", variables)
    assert filled.id == "T1"
    assert list(filled.named.items()) == list(named.items())
    assert filled.values == tuple(named.values())


def test_a_wording_that_changed_keeps_the_approved_one_with_what_it_wants() -> None:
    """The step now says {amount} where {since} was approved."""
    old = approved("从{since}开始,对吗", otherwise={"since": "没说的时候"})
    assert old.fill("s", {"amount": "约3万元"}).named == {"since": "没说的时候"}
    assert old.fill("s", {"since": "9月起", "amount": "约3万元"}).named == {"since": "9月起"}


@pytest.mark.parametrize(
    ("step", "template", "reason"),
    [
        ("other", approved("x"), "没有批准的模板"),
        ("s", Approved(longest=20, steps={"s": Template(wording="x")}), "没有批准的模板"),
        ("s", approved("从{since}开始"), "模板要的变量没有内容：since"),
        ("s", approved("{number}", 12), "内容比批准的变量长：number"),
        ("s", approved("{number_1}{number_2}", 6), "内容比批准的变量长：number"),
        ("s", LIMITED, "内容比批准的变量长：number"),
    ],
)
def test_what_a_template_cannot_say_whole_is_not_said(step: str, template: Approved, reason: str) -> None:
    with pytest.raises(SendError, match=reason) as caught:
        template.fill(step, {"number": NUMBER})
    assert not caught.value.retryable


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text("甲乙丙a1-𠮷", max_size=40), st.integers(2, 12), st.integers(1, 9))
def test_pieces_hold_the_whole_or_less_and_never_more_than_their_room(text: str, room: int, slots: int) -> None:
    pieces = spread(text, room, slots)
    assert len(pieces) == slots
    assert all(text_units(piece) <= room for piece in pieces)
    assert text.startswith("".join(pieces))
    if "𠮷" not in text and len(text) <= room * slots:
        assert "".join(pieces) == text
        assert all(pieces) or len(text) < slots
    assert text_units(cut(text, room)) <= max(room, 1)


FAULTS = {
    "[aliyun": "不是正确的 TOML",
    "[huawei]\nlongest = 6": "huawei：没有这个服务商",
    '[aliyun.steps."a.b"]\nid = "x"': "aliyun.steps.a.b.wording: 没有写这一项",
    '[aliyun.steps."a.b"]\nid = "x"\nwording = ""': "aliyun.steps.a.b.wording: 不能是空的",
    '[tencent.steps."a.b"]\nid = 5\nwording = "x"': "tencent.steps.a.b.id: 要写成引号里的字",
    '[tencent.steps."a.b"]\nid = "5"\nwording = "x"\nsince = 1': "tencent.steps.a.b.since: 不认识这一项",
    '[tencent]\nlongest = "6"': "tencent.longest: 要写数字",
    '[aliyun.steps."a.b"]\nid = "x"\nwording = "{what}和{what}"': "变量“what”写了两次",
    '[aliyun.steps."a.b"]\nid = "x"\nwording = "{what_1}和{what_3}"': "分段编号不连续",
    '[aliyun.steps."a.b"]\nid = "x"\nwording = "{what}和{what_1}"': "变量“what”写了两次",
}  # fmt: skip


@pytest.mark.parametrize("text", FAULTS)
def test_every_fault_of_the_file_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "templates.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Faulty) as caught:
        read(file)
    assert FAULTS[text] in str(caught.value)


def test_without_a_file_nothing_is_approved_and_each_provider_has_its_limit(tmp_path: Path) -> None:
    approved = read(tmp_path / "templates.toml")
    assert {name: (one.longest, one.steps) for name, one in approved.items()} == {
        "aliyun": (35, {}),
        "tencent": (6, {}),
    }


@pytest.fixture(scope="module")
def dialogs() -> Sequence[Dialog]:
    return library().current


def test_every_wording_that_an_sms_may_say_wants_a_template(dialogs: list[Dialog]) -> None:
    steps = wanted(dialogs)
    assert {"declare.what", "declare.who.missing", "checkin.confirm", "words.help", "words.progress_open"} <= set(steps)
    assert "declare.photos" not in steps, "asked by WeChat only"
    assert "words.unheard" not in steps, "nobody speaks by SMS"


def all_approved(provider: str, longest: int, dialogs: list[Dialog]) -> Approved:
    filed = filings(provider, Approved(longest=longest), dialogs)
    steps = {one.step: Template(id=f"T{place}", wording=one.wording) for place, one in enumerate(filed)}
    return Approved(longest=longest, steps=steps)


@pytest.mark.parametrize(("provider", "longest"), [("aliyun", 35), ("tencent", 6), ("tencent", 12)])
def test_what_is_filed_as_we_say_leaves_no_gap_once_approved(
    provider: str, longest: int, dialogs: list[Dialog]
) -> None:
    assert list(gaps(all_approved(provider, longest, dialogs), dialogs)) == []
    for filing in filings(provider, Approved(longest=longest), dialogs):
        assert whole(filing.wording) == wanted(dialogs)[filing.step]
        assert all(room <= longest for room in filing.variables.values())
        assert not filing.approved


def test_a_filing_is_in_the_providers_own_words(dialogs: list[Dialog]) -> None:
    ali = {one.step: one.text for one in filings("aliyun", Approved(longest=35), dialogs)}
    ten = {one.step: one.text for one in filings("tencent", Approved(longest=12), dialogs)}
    assert "受理号${number}。" in ali["declare.received"]
    assert "受理号{1}{2}。" in ten["declare.received"]
    assert ten["declare.confirm"].startswith("{1}：{2}{3}；{4}；{5}。")


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        (None, "declare.received：没有批准的模板"),
        ({"id": ""}, "declare.received：没有批准的模板"),
        ({"wording": "已收到,受理号{number}"}, "declare.received：批准的文字和现在的不一样"),
        ({"wording": "已收到,受理号{number},{since}", "ours": "as it is"}, "要变量“since”，现在的文字里没有"),
        ({"longest": {"number": 12}}, "变量“number”最多20字，批准的只有12字，长的发不出去"),
    ],
)
def test_gaps_are_named_step_by_step(change: dict[str, Any] | None, gap: str, dialogs: list[Dialog]) -> None:
    good = all_approved("aliyun", 35, dialogs)
    steps = dict(good.steps)
    received = steps.pop("declare.received")
    if change:
        ours = {"ours": received.wording} if "ours" in change else {}
        steps["declare.received"] = received.model_copy(update=change | ours)
    [found] = gaps(good.model_copy(update={"steps": steps}), dialogs)
    assert gap in found


def test_a_template_of_no_step_is_named(dialogs: list[Dialog]) -> None:
    good = all_approved("aliyun", 35, dialogs)
    more = good.model_copy(update={"steps": {**good.steps, "declare.gone": Template(id="T", wording="x")}})
    assert list(gaps(more, dialogs)) == ["declare.gone：对话里没有这一步，模板用不上"]


class TestCommands:
    """命令: templates export, doctor."""

    @pytest.fixture(autouse=True)
    def _its_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A day whose line and holidays our pack knows, so that the doctor has nothing to say of them."""
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 26, 4, tzinfo=UTC))

    def test_the_table_to_be_filed(self, small_county: County) -> None:
        told = small_county.app.test_cli_runner().invoke(args=["templates", "export", "--provider", "tencent"])
        rows = list(csv.DictReader(io.StringIO(told.output)))
        assert {row["服务商"] for row in rows} == {"tencent"}
        assert {row["状态"] for row in rows} == {"没有报批"}
        assert len(rows) == len(wanted(library().current))

    def test_the_file_to_be_filled_in_and_what_is_left_once_it_is(self, small_county: County) -> None:
        run = small_county.app.test_cli_runner()
        told = run.invoke(args=["templates", "export", "--provider", "aliyun", "--toml"]).output
        file = settings_of(small_county).templates
        file.write_text(told.replace('id = ""', 'id = "SMS_1"'), encoding="utf-8")
        assert set(tomllib.loads(told)["aliyun"]["steps"]) == set(wanted(library().current))
        left = tomllib.loads(run.invoke(args=["templates", "export", "--provider", "aliyun", "--toml"]).output)
        assert left == {}, "nothing is left to be added"

    def test_a_faulty_file_is_named(self, small_county: County) -> None:
        settings_of(small_county).templates.write_text("[aliyun", encoding="utf-8")
        told = small_county.app.test_cli_runner().invoke(args=["templates", "export"])
        assert told.exit_code == 1
        assert "不是正确的 TOML" in told.output

    def doctor(self, county: County) -> tuple[int, str]:
        told = county.app.test_cli_runner().invoke(args=["doctor", "--json"])
        read = json.loads(told.output)
        assert read["ok"] is (told.exit_code == 0)
        return told.exit_code, "\n".join(one["text"] for one in read["findings"] if one["wrong"])

    def test_nothing_is_wrong_with_a_new_county(self, small_county: County) -> None:
        assert self.doctor(small_county) == (0, "")

    @pytest.mark.parametrize(
        ("settings", "wrong"),
        [
            (Aliyun("id", "key", "田野", door("s" * 20, "any")), "declare.what：没有批准的模板"),
            (Aliyun("id", "key", "田野", door("short", "any")), "ALIYUN_HOOK_SECRET 太短"),
            (Aliyun("id", "key", "田野", door("s" * 20, "")), "没有写 ALIYUN_HOOK_FROM"),
            (Aliyun("id", "key", "田野", door("s" * 20, "10.0.0.1 10.0.0")), "看不懂的地址：10.0.0"),
            (Aliyun("id", "key", "田野"), "没有写 ALIYUN_HOOK_SECRET"),
            (Aliyun("id", "", "田野", door("s" * 20, "any")), "ALIYUN_ACCESS_KEY_SECRET、ALIYUN_SMS_SIGN 没有配全"),
        ],
    )
    def test_what_is_wrong_with_aliyun_is_told(self, small_county: County, settings: Aliyun, wrong: str) -> None:
        small_county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", aliyun=settings)
        code, told = self.doctor(small_county)
        assert code == 1
        assert wrong in told
        assert "s" * 20 not in told

    def test_what_to_do_about_missing_templates_is_told_once_behind_them(self, small_county: County) -> None:
        sends = Aliyun("id", "key", "田野", door("s" * 20, "any"))
        small_county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", aliyun=sends)
        told = small_county.app.test_cli_runner().invoke(args=["doctor"]).output
        [way] = [line for line in told.splitlines() if line.startswith("→")]
        assert "flask templates export --provider aliyun" in way
        assert str(settings_of(small_county).templates) in way

    def test_a_signature_so_long_that_an_sms_costs_double_is_told(self, small_county: County) -> None:
        long = Aliyun("id", "key", "保康县防返贫监测服务中心", door("s" * 20, "any"))
        small_county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", aliyun=long)
        assert "declare.what 连签名【保康县防返贫监测服务中心】最多80个字，超过70个字" in self.doctor(small_county)[1]

    def test_beside_a_running_demo_it_looks_at_what_the_demo_has(self, small_county: County) -> None:
        file = settings_of(small_county).demo_file
        file.write_text(json.dumps({"public_url": "http://127.0.0.1:8123"}), encoding="utf-8")
        told = small_county.app.test_cli_runner().invoke(args=["doctor"]).output
        for line in ("按演示的设置看", "对外地址 http://127.0.0.1:8123", "Twilio：接上了", "微信公众号：接上了"):
            assert line in told
        file.unlink()
        assert "微信公众号：没有接" in small_county.app.test_cli_runner().invoke(args=["doctor"]).output

    def test_a_county_with_all_approved_is_well(self, small_county: County, dialogs: list[Dialog]) -> None:
        set_up = Tencent("id", "key", "1400", "田野", door("s" * 20, "10.0.0.0/8"))
        small_county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", tencent=set_up)
        good = all_approved("tencent", 12, dialogs).model_dump()
        lines = ["[tencent]", "longest = 12"]
        for step, template in good["steps"].items():
            wording = json.dumps(template["wording"], ensure_ascii=False)
            lines += [f'[tencent.steps."{step}"]', f'id = "{template["id"]}"', f"wording = {wording}"]
        settings_of(small_county).templates.write_text("\n".join(lines), encoding="utf-8")
        assert self.doctor(small_county) == (0, "")

    def test_a_county_of_before_files_what_is_new_and_changed_and_is_well(
        self, small_county: County, dialogs: list[Dialog]
    ) -> None:
        set_up = Tencent("id", "key", "1400", "田野", door("s" * 20, "10.0.0.0/8"))
        small_county.app.extensions["field_connected"] = Connected("http://127.0.0.1:8000", tencent=set_up)
        steps = all_approved("tencent", 12, dialogs).model_dump()["steps"]
        new = {step: steps.pop(step) for step in list(steps) if step.startswith("words.progress_")}
        steps["words.first"]["wording"] = "这是第一步。"
        lines = ["[tencent]", "longest = 12"]
        for step, template in steps.items():
            wording = json.dumps(template["wording"], ensure_ascii=False)
            lines += [f'[tencent.steps."{step}"]', f'id = "{template["id"]}"', f"wording = {wording}"]
        file = settings_of(small_county).templates
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        told = self.doctor(small_county)[1]
        assert len(new) == 11
        assert all(f"{step}：没有批准的模板" in told for step in new)
        assert "words.first：批准的文字和现在的不一样" in told
        run = small_county.app.test_cli_runner()
        added = run.invoke(args=["templates", "export", "--provider", "tencent", "--toml"]).output
        ids = (f"N{place}" for place in count())
        given = re.sub('^id = ""', lambda _: f'id = "{next(ids)}"', added, flags=re.MULTILINE)
        file.write_text(f"{file.read_text(encoding='utf-8')}{given}", encoding="utf-8")
        assert self.doctor(small_county) == (1, "words.first：批准的文字和现在的不一样，发的仍是批准的")

    def test_a_public_address_without_encryption_is_wrong(self, small_county: County) -> None:
        open_ = replace(settings_of(small_county), public_url="http://field.example")
        small_county.app.config["FIELD"] = open_
        assert "不是 https" in self.doctor(small_county)[1]


def test_every_wording_of_ours_is_written_with_full_width_signs() -> None:
    half = re.compile("(?<=[\u4e00-\u9fff}])[,:;?!()]|[,:;?!()](?=[\u4e00-\u9fff{])")
    for size in lengths(library().current):
        assert not half.search(size.text), size.template
