"""问办事的人的话: what is a question to the office, and what only sounds like one."""

import pytest

from field.messaging.understanding.questions import without_question


@pytest.mark.parametrize(
    ("text", "beside"),
    [("你们什么时候来", ""), ("村里干部哪天来核实啊谢谢", ""), ("请问要准备什么材料", ""), ("几天能批下来?", ""), ("我该找谁啊", ""),
     ("你们电话是多少", ""), ("还没批下来吗", "还没批"), ("上个月 3万 要带什么东西吗", "上个月 3万"), ("我妈住院了你们什么时候来看看", "我妈住院了你们")],
)  # fmt: skip
def test_a_question_to_the_office_is_heard_with_what_else_was_said(text: str, beside: str) -> None:
    assert without_question(text) == beside


@pytest.mark.parametrize(
    "text",
    ["什么时候到医院的记不清", "从什么时候开始的", "病了好久", "什么病都有", "医生说没结果", "你找哪个", "病了不知道什么时候好", "3万", "", "手术没做"],
)  # fmt: skip
def test_what_answers_a_question_of_ours_is_none(text: str) -> None:
    assert without_question(text) is None
