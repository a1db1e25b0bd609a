"""有生命危险的话: words of dying, of whomever they are said; a false alarm costs one call, a missed one a life."""

import math
import re
from functools import cache
from pathlib import Path

from field.messaging.understanding.numerals import half_width, simplified

APART = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]+[^\W_]){2,}(?![^\W_])")  # 不 想 活 了, 不_想_活_了: each sign by itself
SIGNS = re.compile(r"[\W_]+")
POISON = "农药|百草枯|敌敌畏|敌百虫|甲胺磷|老鼠药|毒药"
NOT_TO_LIVE = (  # speech is also written down as 不想火了, or by letters and figures
    "不想[再多]?(?:活|huo)(?!动)|不想[ ,]*活了|不想[火获货或伙]了|bu ?xiang ?huo|不想[在留]{1,2}[^ ,]{0,3}世上",
    "想解脱",
    "活不(?:下去|成了|了了)|没法活(?!动)|没得?活头|活(?:[够腻厌]|腻歪)了",
    "(?:^|[ ,我俺他她])(?:也|都|就|真)?不活了|一了百了",
    "(?<!生)活(?:着|得|起)[^ ,]{0,3}(?:没|有(?:啥|什么))[^ ,]{0,3}(?:意思|劲|用)",
    "活着[^ ,]{0,3}(?:拖累|累赘|遭罪|受罪|浪费|丢人)|活着(?:搞|做|干|图|有)(?:个|点)?(?:么|什么|啥|嘛)",
)
DEATH = (
    "(?<!得)(?<!得要)想死(?!你|我|家|妈|娘|他|她|这|那|咱|老|爹|爸|娃|儿|孩)|想(?:si(?![a-z])|4(?=了|算|$))",
    "死了(?:算了|干净|拉倒|省|清净|轻松|(?:才|还|倒|更|就)好|好(?=$|[ ,]))|早死早|早点死|不如死|生不如死",
    "去死(?!吧)|死给",
    "(?:让|给)我死|一死了之|一头撞死|等死(?!人|我|你)|寻死|求死|死又死不|死都不怕|死在[^ ,]{0,8}(?:门口|面前)",
    "只有死路|死路一条",
    "我死了(?=$|[ ,]|以后|之后|你|他|她|就|也|才|倒|谁|娃|孩)|命(?:都|也)?(?:不要了|不值钱)|阎王[^ ,]{0,6}收",
    "老天爷?[^ ,]{0,6}收(?:我|走)",
    "阴间|黄泉|(?:去|想|要)[^ ,]{0,2}[陪找见][^ ,]{0,3}(?:死去|去世|过世)的[老爹妈爸儿女]|[两双]腿一[蹬伸]",
    "眼睛?一闭[^ ,]{0,3}(?:啥|什么|么)",
    "打一针让我|让我走(?:算了|吧)|[撑熬挺扛]不(?:下去|住)了?.{0,3}想走",
)
WAYS = (
    "自杀|自尽|轻生|寻短见|(?:走|逼)上?绝路|(?:自己|自我)了断|了断(?:自己|算了)|结束(?:自己|生命)",
    "(?:我|俺|他|她|老婆|媳妇|儿子|女儿|爹|妈|娘)(?:有点|真|一时|总|老)?想不开",
    "跳(?:楼(?!价)|河|江|井|塘|桥(?!镇|头)|崖|悬崖|水库)|跳[了进到下][^ ,]{0,2}(?:楼|[河江塘井水]里|水库|堰)",
    "从[^ ,]{0,6}[楼桥崖塔吊顶][^ ,]{0,3}跳(?!槽)",
    "(?:桥|楼顶|天台|[河江塘]边|水库边?)[^ ,]{0,6}[ ,]?(?:不想回|想下去)",
    "上吊|吊死|绳子?[^ ,]{0,3}(?:算了|了断|了结|勒)|割了?(?:自己的?)?手?[腕脉]|想烧炭|烧炭(?:自|死|算)",
    f"[喝吞]了?(?:一瓶|半瓶)?(?:{POISON})|(?:{POISON})[ ,]?(?:我|他|她)?[^ ,]{{0,2}}[喝吞](?!死)",
    "(?:想|准备)喝药|喝药(?:死|算了|自)|喝[^ ,]{0,2}药.{0,6}(?:快来|救)|药[^ ,]{0,3}攒",
    "[吞吃]了?[^ ,]{0,2}(?:[一半整]瓶|好多|很多)[^ ,]{0,2}(?:安眠|农)药",
    "安眠药[^ ,]{0,4}(?:[一半整][瓶把]|好多|很多)",
)
LEAVE = (
    "遗书|最后一条(?:短信|信息|消息)|我的?最后一[晚夜]|永别|再见了?[ ,]*这个世界",
    "(?:世上|世间|人世|人间)[^ ,]{0,4}(?:留恋|牵挂)",
    "人生[^ ,]{0,3}(?:到头|尽头)|后事都?(?:安排|交代|交待)|(?:来世|来生|下辈子)[^ ,]{0,3}(?:报答|还[你债])",
    "对不起.{0,8}先走一步",
    "等我(?:死|不在)了|我(?:要是|哪天)?不在了[ ,]?[^ ,]{0,4}(?:娃|孩|孙|儿|女|低保)",
    "我[走死]了?(?:以|之)?后.{0,6}(?:照顾|照看)",
    "这辈子.{0,12}(?:拜托|托付)|过不下去.{0,8}一[起块]走",
)
DANGER = re.compile("|".join((*NOT_TO_LIVE, *DEATH, *WAYS, *LEAVE)))


LEARNED = Path(__file__).with_name("danger.tsv")
STOPS = re.compile(r"[。;；!！?？\n]|.{60}")
OTHER_SIGNS = re.compile("[^a-z\u4e00-\u9fff]+")
SURE = 0.0


def in_danger(text: str) -> bool:
    """Whether it speaks of dying, in words that are known or that sound like them; looked for before anything else."""
    said = simplified(half_width(text)).lower()
    joined = APART.sub(lambda apart: SIGNS.sub("", apart[0]), said)
    return DANGER.search(joined) is not None or any(sounds_like_it(part) > SURE for part in STOPS.split(joined))


def sounds_like_it(said: str) -> float:
    """How far a sentence sounds like what people say of dying, by what was learned (learn_danger.py)."""
    found, weights = pairs(said), learned()
    return weights[""] + sum(weights.get(one, 0) for one in found) / math.sqrt(len(found))


def pairs(text: str) -> set[str]:
    """Its letters, and each with the one behind it; figures and punctuation say nothing."""
    said = f" {' '.join(OTHER_SIGNS.sub(' ', simplified(half_width(text)).lower()).split())} "
    return {*said, *(said[at : at + 2] for at in range(len(said) - 1))}


@cache
def learned() -> dict[str, float]:
    """The weights of signs and pairs of signs; "" is what is added to every sentence."""
    lines = LEARNED.read_text(encoding="utf-8").splitlines()
    return {one: float(weight) for one, weight in (line.split("\t") for line in lines)}
