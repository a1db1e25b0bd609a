"""问办事的人: a question to the office, 你们什么时候来, 要带什么材料, 多久有结果, 找谁, and no answer to ours."""

import re

WHAT, WHEN = (
    "(?:什么|啥子?|么子|哪些)",
    "(?:(?:什么|啥子?|么)(?:时候|时间)|几时|何时|哪一?天|几号|几天|多久|多长时间|多少天)",
)
DONE = "(?:来[人我家看查核]|来(?= |$)|上门|核实|调查|办[好完]|批|下来|结果|答复|回[话复信]|到账|[拿领]到|解决|联系)"
FILLING = re.compile(
    "[ 了呢啊吗呀嘛的么哦那我]|请问|想问|问一?下|[你您]们|村里|政府|干部|领导|一下|[你您]好|谢谢|"
    "大概|到底|不?(?:知道|晓得)|[都还才就能会得要该]"
)
SIGNS = re.compile("[一-鿿0-9A-Za-z]")
QUESTION = re.compile(
    rf"(?:{WHEN}[^ ]{{0,5}}?{DONE}|{DONE}[^ ]{{0,3}}?{WHEN}|{DONE}[^ ]{{0,1}}(?:没有|没|吗)(?= |$)|"
    rf"[要带准备交拿]{{1,3}}[^ ]{{0,2}}{WHAT}[^ ]{{0,2}}(?:材料|东西|证明|证件|手续|资料|票据|证)|"
    rf"(?<![你您])找(?:谁|哪个|哪位|哪里)|"
    rf"电话(?:号码)?(?:是|有)?(?:多少|几多|好多)|(?:谁|哪个)(?:管|负责|来))[^ ]{{0,4}}(?= |$)"
)


def without_question(text: str) -> str | None:
    """What a message says beside such a question; None where it asks none."""
    spaced = re.sub("[,，。.!！?？;；、~]+", " ", text)
    if not (found := QUESTION.search(spaced)):
        return None
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,，。.!！?？;；、~")
    return rest if SIGNS.search(FILLING.sub("", rest)) else ""
