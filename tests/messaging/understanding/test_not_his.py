"""不是他的: what sounds like the sender's pay, place or work and is none of it, and what is his in other words."""

from datetime import date

import pytest

from field.messaging.understanding.facts import Fact, Understood
from field.messaging.understanding.understand import understand

DAY = date(2026, 11, 20)


def pay(text: str) -> tuple[object, object]:
    """What a month brings by it, in yuan."""
    said = understand(text, DAY)
    return _yuan(said.income_min), _yuan(said.income_max)


def _yuan(said: Fact | None) -> object:
    return said and said.value // 100


def place(text: str) -> object:
    """The one place that it says."""
    said = understand(text, DAY).place
    return said and said.value


def work(text: str) -> object:
    """The work that it names."""
    said = understand(text, DAY).work
    return said and said.value


@pytest.mark.parametrize(
    "text",
    ["我和老婆一个月一万二", "我跟我老公一起一个月九千", "和老婆在义乌一个月一万二", "我和老婆在义乌，一个月一万二"],
)
def test_what_two_have_together_is_not_proposed_as_the_senders(text: str) -> None:
    assert pay(text) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "我和老婆都在义乌，我六千",
        "我和老婆在义乌 木雕厂 6000",
        "跟老公在义乌，我一个月六千",
        "跟老乡一起在义乌上班 一个月六千",
    ],
)
def test_what_the_sender_has_beside_somebody_is_his(text: str) -> None:
    assert pay(text) == (6000, 6000)


@pytest.mark.parametrize(
    "text",
    ["还是15171", "没换，还是1517", "电话还是15171…", "电话没换 还是15170", "还是151那个号", "新号尾号是7788", "堰垭村 1234",
     "张三 李家村 1234", "李家村3组，王二，123X"],
)  # fmt: skip
def test_a_part_of_a_number_is_no_pay(text: str) -> None:
    assert pay(text) == (None, None)


def test_who_tells_name_village_and_last_four_proposes_nothing_and_a_village_before_pay_does_no_harm() -> None:
    assert understand("李小二 中坪村 3456", DAY) == understand("中坪村3组，李小二，345X", DAY) == Understood()
    assert pay("石狮 灵秀镇 5000") == pay("周口 李家村 5000") == (5000, 5000)
    assert pay("在广州石牌村 4500") == (4500, 4500)
    assert pay("没变，还是1800") == (1800, 1800)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("补贴什么时候到账 一个月三千二", 3200, 3200), ("快五千了", 4000, 5000), ("五千多不到六千", 5000, 6000), ("冒得收入", 0, 0),
     ("上班六天休一天 6500", 6500, 6500), ("在新疆摘棉花四千五", 4500, 4500), ("交通局 4500", 4500, 4500),
     ("住宿一百五一个月，工资五千", 5000, 5000)],
)  # fmt: skip
def test_pay_is_read_beside_words_that_only_look_like_costs(text: str, least: int, most: int) -> None:
    assert pay(text) == (least, most)


@pytest.mark.parametrize(
    "text",
    [
        "每个月给家里打两千，自己留三千",
        "今年没挣到什么钱，就三万块",
        "卖猪挣了一万二",
        "丧葬费一万二",
        "打工一年攒了四万",
        "保底三千加提成",
    ],
)
def test_costs_savings_and_the_sale_of_a_year_are_no_months_pay(text: str) -> None:
    assert pay(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [("五千三都有", None), ("四月份来的惠州", "4413"), ("在酒店铺床", None), ("在大理石厂上班", None), ("隧道里打钻", None),
     ("祝您健康平安", None), ("一切都安好", None), ("谢谢党和政府", None), ("在东北干活", None), ("林子里干活", None),
     ("江城 做装修", "4201"), ("帝都 送快递", "11"), ("在阳江江城", "441702"), ("重庆江北送外卖", "500105"),
     ("东莞桥头 电子厂", "441900107"), ("大同 煤矿 8000", "1402"), ("安康平利，五千", "610926"), ("前年就嫁到河南去了", "41"),
     ("在无锡惠山，哦不对，是滨湖区", "320211"), ("回保康了 在马桥磷矿上班", "420626107"), ("在店垭镇街上卖衣服", "420626104")],
)  # fmt: skip
def test_a_place_is_read_by_all_its_names_and_never_inside_a_word(text: str, code: str | None) -> None:
    assert place(text) == code


@pytest.mark.parametrize(
    ("text", "named"),
    [("从厂里出来了", None), ("上个月从厂里辞工了", None), ("不干了，厂里太累", None), ("家里在盖房子，没出去", None),
     ("给人盖房子 一个月六千", "工地"), ("打工地点在温州", None), ("有没有扶贫车间", None), ("苏州太仓，德国厂", None),
     ("在镇上茶厂上班", "茶厂"), ("搞建筑的", "工地"), ("在屋里喂羊子", "养殖"), ("护林员，一年四千", "护林员")],
)  # fmt: skip
def test_work_is_what_the_sender_does_now_for_pay(text: str, named: str | None) -> None:
    assert work(text) == named


def test_who_came_out_and_went_home_again_is_not_away() -> None:
    assert understand("五月出来的，六月就回去了，现在屋里", DAY).months_away is None
    came = understand("开年就来的福州", DAY).months_away
    assert came is not None
    assert came.value == 9


def test_kin_who_are_greeted_are_not_spoken_of() -> None:
    assert understand("姐姐你好 我在佛山 五千", DAY).about_someone_else is None
    assert understand("姐姐在佛山 五千", DAY).about_someone_else is not None


def test_a_number_in_brackets_is_the_number_and_one_for_when_nobody_answers_is_none() -> None:
    phone = understand("新换的号码：(159)00004455", DAY).phone
    assert phone is not None
    assert phone.value == "+8615900004455"
    assert understand("如果打不通打13900006677", DAY).phone is None
