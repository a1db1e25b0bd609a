"""理解的各部分: amounts, places, whose words, the mask, and how long any of it may take."""

import re
import time
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.messaging.understanding.facts import RECKONED
from field.messaging.understanding.masking import masked
from field.messaging.understanding.numerals import amount, half_width
from field.messaging.understanding.places import name_of
from field.messaging.understanding.understand import understand
from field.messaging.understanding.whose import clauses
from field.registry.idnumber import make

DAY = date(2026, 11, 20)
SAID = """
我 我妈 儿子 他 在 从 到 不在 东莞 长安镇 深圳 龙华 鼓楼区 一个月 一年 一天 五千 二 千 万 多 不到 没活干 12 345 138 0000 0199
４２０６ 幺三八 出来 八个月了 都好 困难 ， 。 😀 工地 房租 以前 现在 老家 還 [ \\
"""
PIECES = st.sampled_from([*SAID.split(), " ", "\x00"])
WRITTEN = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [("五千二", 5200, 5200), ("四五千", 4000, 5000), ("3千多", 3000, 4000), ("1.2万", 12000, 12000), ("5k", 5000, 5000),
     ("一万二", 12000, 12000), ("四千零五十", 4050, 4050), ("一千零八", 1008, 1008), ("两千", 2000, 2000),
     ("4千5", 4500, 4500), ("六千多块", 6000, 7000), ("十万", 100000, 100000), ("三到四千", 3000, 4000),
     ("千把块", 1000, 1000), ("十几万", 100000, 200000), ("五千二三", 5200, 5300), ("6000-7000", 6000, 7000),
     ("6000多", 6000, 7000), ("5,000", 5000, 5000), ("3、4千", 3000, 4000), ("三五千", 3000, 5000), ("5k5", 5500, 5500),
     ("12万", 120000, 120000), ("万儿八千", 8000, 10000), ("10万多", 100000, 110000), ("20万", 200000, 200000),
     ("五千到六千多", 5000, 7000), ("五千多六千", 5000, 6000), ("三千四千", 3000, 4000)],
)  # fmt: skip
def test_amounts_are_read_as_people_mean_them(words: str, least: int, most: int) -> None:
    assert amount(words) == (Fraction(least), Fraction(most))


@pytest.mark.parametrize("words", ["千", "万", "几千", "大几万", "", "块", "七五千", "五千到四千", "三千三千"])
def test_what_says_no_figure_is_none(words: str) -> None:
    assert amount(words) is None


@given(WRITTEN)
def test_any_text_is_read_without_breaking_and_nothing_is_made_up(text: str) -> None:
    read = half_width(masked(text))
    said = understand(text, DAY)
    assert all(fact.words in read for fact in vars(said).values() if fact)
    assert not re.search(r"\d{15}", str(said.as_json()))


@given(st.text(alphabet="0123456789１２３ -Xx在的卡", max_size=80))
def test_no_long_number_outlives_the_mask(text: str) -> None:
    once = masked(text)
    assert not re.search(r"\d{15}", once)
    assert masked(once) == once


@pytest.mark.parametrize(
    "number",
    [
        "420626196805041016",
        "42062619680504101X",
        "6222 0200 0000 1234 567",
        "６２２２０２０００００１２３４５６７",
        "6222—0200—0000—1234—567",
        "6222－0200－0000－1234－567",
        "6222_0200_0000_1234_567",
        "6222\u30000200\u30000000\u30001234",
    ],
)
def test_identity_and_bank_numbers_are_nowhere_in_what_is_told(number: str) -> None:
    said, middle = f"我的卡号{number}，在义乌", re.sub(r"\D", "", half_width(number))[4:12]
    assert middle not in str(understand(said).as_json())
    assert middle not in re.sub(r"\D", "", masked(said))


@pytest.mark.parametrize("sign", [" ", "\u3000", "\u00a0", "\t", "-", "－", "—", "–", "‑", "·"])
def test_a_telephone_number_is_heard_whatever_stands_within_it(sign: str) -> None:
    heard = understand(f"新号码是：１８６{sign}1234{sign}5678，在合肥", DAY)
    assert heard.phone
    assert (heard.phone.value, heard.place and heard.place.value) == ("+8618612345678", "3401")


IDENTITY = make("420626", date(1968, 5, 4), 101)
IDENTITIES = [
    "身份证" + IDENTITY.translate(str.maketrans("0123456789", "零一二三四五六七八九")), f"四二〇六二六 1968 零五零四 {IDENTITY[14:]}",
    *(f"{IDENTITY[:6]}{sign}{IDENTITY[6:14]}{sign}{IDENTITY[14:]}" for sign in ("，", "/", "_", "✌️", "、 ")),
]  # fmt: skip


@pytest.mark.parametrize("text", IDENTITIES)
def test_an_identity_number_is_masked_however_it_is_written(text: str) -> None:
    shown = masked(f"我是{text}，在义乌")
    assert "******" in shown
    assert "0504" not in shown
    assert "零五零四" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "13800000150，13900000001",
        "去年5000,今年6000,明年7000,后年8000",
        "五千,六千,七千,八千",
        "2024/05/01 2025/06/01 3000",
    ],
)
def test_telephone_numbers_and_amounts_in_a_row_are_left_as_they_are(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "你打错了",
        "打错电话了",
        "我不是李小一",
        "不是本人",
        "我不认识他",
        "号码换人了",
        "你们找错人了",
        "这不是他的电话",
    ],
)
def test_who_says_that_it_is_somebody_elses_number_is_heard(text: str) -> None:
    assert understand(text, DAY).not_me


@pytest.mark.parametrize(
    "text", ["我不是在深圳", "我不是做工地的", "我不是很清楚", "我不是一个人", "不是本人开车", "发错工资了"]
)
def test_who_denies_something_else_is_still_the_same_person(text: str) -> None:
    assert not understand(text, DAY).not_me


@given(WRITTEN)
def test_clauses_keep_the_place_of_every_letter(text: str) -> None:
    read = half_width(text)
    assert all(one.written in read and len(one.written) == len(one.text) for one in clauses(read))


@pytest.mark.parametrize(
    ("code", "name"),
    [("330782", "义乌市"), ("4419", "东莞市"), ("441900119", "东莞市长安镇"), ("330782100", "义乌市佛堂镇"), ("11", "北京市"),
     ("320106", "南京市鼓楼区"), ("110105", "北京市朝阳区"), ("999999", "999999"), ("999999001", "999999001")],
)  # fmt: skip
def test_a_place_is_named_as_short_as_it_is_clear(code: str, name: str) -> None:
    assert name_of(code) == name


def test_the_names_to_choose_from_differ() -> None:
    place = understand("在鼓楼区").place
    assert place is not None
    assert len({name_of(code) for code in place.candidates}) == len(place.candidates) == 4


@pytest.mark.parametrize(
    "text",
    ["祝您平安健康", "经常熟人介绍", "儿子的事", "我来安装空调", "非常熟悉", "修水管", "老板大方", "在公安局", "沙县小吃好吃"],
)  # fmt: skip
def test_a_word_of_every_day_is_no_place(text: str) -> None:
    assert understand(text).place is None


def test_since_the_new_year_is_told_only_by_the_day_it_was_said() -> None:
    assert understand("过完年出来的").months_away is None
    months = understand("过完年出来的", date(2026, 6, 1)).months_away
    assert months is not None
    assert months.value == 4


HOSTILE = """
1 千 多 一 五千 十几 五五 1, 1. 1- 5到 三、 镇 长安镇 东莞 东莞。 北京市朝阳区 一三八 我妈 给我 在 从 来 个月 去年a 没 花
12345678901234, 5000- +86 1380000
"""


@pytest.mark.parametrize("piece", [*HOSTILE.split(), " ", "1 ", "出来 ", "138 "])
def test_no_text_holds_the_reader_up(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    understand(text)
    began = time.process_time()
    understand(text)
    assert time.process_time() - began < 0.2, "20 ms on an idle machine"


def test_a_town_by_its_short_name_is_read_where_the_country_has_one_of_it_and_less_surely() -> None:
    for text, town in (("在虎门五千", "441900121"), ("我在沙井", None), ("在平地上干活", None)):
        place = understand(text).place
        assert (place and place.value, place and place.confidence) == (town, town and RECKONED)


@pytest.mark.parametrize(
    ("text", "city"),
    [("在义务做饰品", "330782"), ("洞莞厚街鞋厂", "441900122"), ("来昆三了", "320583"), ("义务教育", None), ("在苹果厂上班", None), ("进厂了", None)],
)  # fmt: skip
def test_a_city_typed_by_its_sound_is_read_less_surely_and_no_ordinary_word_is_one(text: str, city: str | None) -> None:
    place = understand(text).place
    assert (place and place.value, place and place.confidence) == (city, city and RECKONED)


def test_good_months_and_bad_ones_are_a_range_and_one_alone_is_no_pay() -> None:
    both, one = understand("好的时候八九千 差的时候五千以上"), understand("好的时候八千")
    assert both.income_min is not None
    assert both.income_max is not None
    assert (both.income_min.value, both.income_max.value) == (500000, 900000)
    assert one.income_min is None


REPLIES = (
    "在东莞厚街 家具厂 五千二",
    "一个月四五千 在温州做鞋",
    "开货车 一个月九千",
    "工资6000",
    "武汉 保安 三千",
    "一年六万",
)
BESIDE = """
电话没换 号码没变 没有换号 老号不用了 家里没困难 谢谢关心 晚上再说 累得很 月底回去 年底再回 没别的事 每天十二个小时 一个月休两天
没交社保 两个娃读书 一家五口人 今年四十五了 人在外面住 天天加班
"""
AMOUNTS_BESIDE = """
房租八百 每个月往家里寄两千 老板还欠我三千 孩子学费一年五千 借了三万 去年是四千 老婆也有四千 吃住要一千多 看病花了两万
年底有一万奖金 爸妈七十多了 来了两个月
"""


def pay_and_work(text: str) -> tuple[object, ...]:
    """What was understood of them."""
    said = understand(text, DAY)
    return tuple(fact and fact.value for fact in (said.income_min, said.income_max, said.work))


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("beside", BESIDE.split())
def test_a_remark_behind_a_reply_changes_nothing_of_what_it_says(reply: str, beside: str) -> None:
    for text in (f"{reply}{beside}", f"{reply} {beside}", f"{reply}，{beside}"):
        assert pay_and_work(text) == pay_and_work(reply), text


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("beside", AMOUNTS_BESIDE.split())
def test_an_amount_that_is_no_pay_is_never_taken_for_it(reply: str, beside: str) -> None:
    for text in (f"{reply} {beside}", f"{beside} {reply}", f"{reply}，{beside}", f"{beside}，{reply}"):
        assert all(one in (None, was) for one, was in zip(pay_and_work(text), pay_and_work(reply), strict=True)), text


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("老板答应一个月七千 结果只给了五千", 5000, 5000), ("基本工资3500 绩效一千 一共四千五", 4500, 4500),
     ("一年毛收入六万 除了成本落三万", 2500, 2500), ("今年种烟叶 收了四万多 除去成本剩两万", None, None),
     ("一个月四千 忙的时候六千", 4000, 6000), ("一天两百 有时候没活", None, None), ("试用期四千 转正五千五", 4000, 4000)],
)  # fmt: skip
def test_of_several_figures_the_one_that_counts_is_the_pay(text: str, least: int | None, most: int | None) -> None:
    assert pay_and_work(text)[:2] == (least and least * 100, most and most * 100)


def test_who_goes_to_school_earns_nothing_so_what_follows_is_the_senders() -> None:
    assert pay_and_work("娃儿在上学 还在东莞鞋厂 五千二") == pay_and_work("还在东莞鞋厂 五千二")
    assert pay_and_work("老公在石狮鞋厂 一个月六千") == (None, None, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [("住在河北燕郊 在北京上班", "11"), ("上半年在温州 下半年到了台州温岭", "331081"), ("在东莞，虎门，做服装", "441900121"),
     ("在广州海珠区康乐村那边", "440105"), ("在合肥经开区", "340177"), ("宁波 江北 五千", "330205"), ("在浙江江北上班", "33"),
     ("在武汉江汉路", "4201"), ("青岛市北 五千", "370203"), ("在比亚迪上班 深圳坪山的", "440310"), ("我是深圳坪山的", None),
     ("秋收完了就去广东", None), ("后来就去广东了", "44"), ("湖北号停机了", None), ("宜宾 宁德时代", "5115"), ("在庆阳镇原上班", "621027"),
     ("跟原来一样在佛山", "4406"), ("在老家利川种地", "422802"), ("在香港做工", "81"), ("在工业园做普工", None)],
)  # fmt: skip
def test_of_several_places_the_one_of_his_work_now_counts_and_a_quarter_of_one_is_no_other(
    text: str, code: str | None
) -> None:
    place = understand(text, DAY).place
    assert (place and place.value) == code


@pytest.mark.parametrize(
    ("text", "number"),
    [("两个号 13607240011用的少 主要用 18607241122", "18607241122"), ("13711112222换成13512345678", "13512345678"),
     ("13512345678是新的 13711112222是旧的", "13512345678"), ("原号13597700421 现号18062788431", "18062788431"),
     ("老人机 号13477900123", "13477900123"), ("我没有手机 打15171900234", None), ("村支书的号13807240001", None),
     ("双卡 13972400156 和 18671890023", None)],
)  # fmt: skip
def test_of_several_numbers_the_new_one_counts(text: str, number: str | None) -> None:
    phone = understand(text, DAY).phone
    assert (phone and phone.value) == (number and f"+86{number}")


def test_another_word_for_a_place_does_not_become_its_name() -> None:
    assert name_of("440111") == "广州市白云区"
