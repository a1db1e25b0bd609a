"""生命危险的话: what people say of dying, and what only sounds like it; written before the rule was looked at."""

import csv
from pathlib import Path

import pytest

from field.messaging.understanding.states import in_danger

DYING = """
我不想活了
活够了
活腻了
真的活不下去了
没法活了
这日子没法活了
我不活了
一了百了算了
想喝药死了算了
我想喝农药
准备喝药
实在没路走了只有死路一条
想走绝路
我媳妇想不开要寻死
要跳水库
我要跳桥
想从楼上跳下去
死了干净
不如死了好
真想一头撞死
我娘说她要去死
活着没意思
活着太累了不想活
活得没意思
活着好累想解脱
想自尽
割脉
吞了一瓶安眠药
吃了好多安眠药
再没钱我就死给你们看
不给办我就死在政府门口
遗书写好了
这是我最后一条短信了 你们保重
想吊死
她上吊了
冇得活头了
活起冇得意思
不想在世上了
让我死吧
"""
ALIVE = """
累死了 今天加班
热死了
想死你们了
笑死
打死也不去
猪死了两头
死活不给工资
活多得很
跳楼价甩卖
跳广场舞
吃药控制血压
喝中药调理
农药化肥涨价了
卖农药的
打农药
我爸去年去世了
没活干
没活了 回家了
干不活了
不想干活了
不想活动
老板死活不发钱
树死了
厂子半死不活
活路不好找
手机死机了
喝药三个月了 病好些
走投无路了 求帮忙
想不开就多走走
我在跳桥镇
"""


@pytest.mark.parametrize("text", DYING.strip().splitlines())
def test_words_of_dying_are_heard(text: str) -> None:
    assert in_danger(text)


@pytest.mark.parametrize("text", ALIVE.strip().splitlines())
def test_a_way_of_speaking_is_no_danger(text: str) -> None:
    assert not in_danger(text)


def test_no_ordinary_reply_is_taken_for_one() -> None:
    with Path(__file__).with_name("replies.tsv").open(encoding="utf-8", newline="") as lines:
        assert [row["text"] for row in csv.DictReader(lines, delimiter="\t") if in_danger(row["text"])] == []
