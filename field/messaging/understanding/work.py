"""务工: what the sender works at, and for how many months he has been away this year."""

import re
from collections.abc import Callable
from datetime import date

from field.messaging.understanding.facts import RECKONED, SAID_PLAINLY, SPOKEN, Fact
from field.messaging.understanding.whose import Clause

MADE = (
    "电子|服装|制衣|鞋|玩具|五金|纺织|毛织|毛衣|塑料|塑胶|家具|食品|汽车|汽配|印刷|灯具|模具|水泵|水泥|砖|饰品|箱包|皮具|包装|机械|"
    "化工|陶瓷|电器|木材|轮胎|电池|纸|药|袜子?|伞|酒|茶|布|针织|印染|玻璃|石材|饲料|配件|注塑|电镀|手袋|家电|造船|雨伞|不锈钢"
)
# said alone, they are the factory:
TRADES = "电子|服装|五金|纺织|毛织|毛纺|塑料|塑胶|模具|印刷|印染|针织|箱包|皮具|皮革|玩具|陶瓷"
# 进厂, 这个厂, 我们厂:
NO_TRADE = "里这那我他进换原老新小大几个同亲朋别到去回离从没不有找私刚在两此本该每各好烂黑破差停招们厂月天年人"
ANY = rf"(?<![^ ,在个边里])(?!自[己家]|一厂|工厂|什么)([^\x00-\u4dff{NO_TRADE}]{{1,6}})厂(?!里|长|家)"
WORKS = (  # the words, and the work as the ledger names it; the first that stands in a reply
    ("食堂", "餐馆"),
    ("做衣服|缝纫|制衣(?!厂)", "制衣"), ("做鞋", "制鞋"), ("做灯(?!具)饰?", "灯具厂"),
    (f"做({TRADES}|饰品|灯具|家具|水泵|雨伞|手机屏|眼镜|假发|卫浴)", r"\1厂"), ("织布", "纺织厂"),
    ("工地|钢筋|搬砖|盖房|抹灰|架子工|修(?:水库|电站|大坝)", "工地"),
    ("保安|看大门|门卫", "保安"),
    ("送外卖|跑外卖|外卖员|骑手|美团|饿了么", "外卖"), ("快递", "快递"), ("滴滴|网约车|出租车|开出租", "网约车"),
    ("货车|开大?车|司机|跑运输|拉[货煤]", "司机"), ("跑船|海员|船员", "船员"),
    ("家政|保姆|月嫂|育儿嫂|护工", "家政"), ("保洁|打扫卫生|扫地|环卫", "保洁"),
    ("服务员|端盘子|传菜", "服务员"), ("厨师|炒菜|后厨", "厨师"),
    ("摆摊|做小?生意|小卖部|开了?个?(?:[^ ,车网]{1,3})?店|卖(?:水果|小?菜|早[点餐]|小吃|衣服|烧烤)", "做生意"),
    ("[餐饭酒菜]馆|饭店|酒楼|餐厅|火锅店|(?:烧烤|小吃|早餐|快餐|面)店|洗碗", "餐馆"),
    ("装修|刮腻子|贴瓷砖|水电工|油漆工", "装修"), ("木工", "木工"), ("电焊|焊工", "焊工"),
    ("收(?:废品|破烂|废旧)", "收废品"), ("超市|收银", "超市"),
    ("[看守管]仓库|仓管", "仓管"), ("搬货|搬运|装卸|分拣|仓库", "搬运"), ("摘棉花|采棉", "摘棉花"),
    ("煤矿|挖煤|下井|矿上", "矿工"), ("修(?:路|桥|高速|铁路|地铁)|隧道|架桥", "修路"),
    ("种(?:[了着点些]|[几两一二三四五六七八九十\\d]+亩)*(?:[地田烟茶瓜菜药]|庄稼|香菇|木耳|苞谷|天麻|魔芋)", "种地"),
    ("务农", "种地"), ("养(?:[了着]?[一二两三四五六七八九十百几\\d]*[头只条箱])?[猪牛羊鸡鸭鱼蜂]", "养殖"),
    ("理发|美发", "理发"), ("[做当]了?个?([^ 人做当]{1,3}[师员]|宿管)(?=[ ,]|$)", r"\1"),
    ("小工|零工|散工|杂工", "小工"), (ANY, r"\1厂"),
    (f"({MADE})(?:厂|长(?=[ ,]|$))", r"\1厂"), (f"(?<![^ ,])({TRADES})(?=[ ,]|$)", r"\1厂"),
    ("进厂|厂里(?!有)|在厂|工厂|车间|流水线|厂上班", "工厂"),
)  # fmt: skip
WORK = tuple((re.compile(words), label) for words, label in WORKS)
NOT_NOW = re.compile(
    "(?:不|没|以前|原来|之前|本来|想|找个?|打算|准备|下个?(?:礼拜|星期|周|月)|过几天|年后)[^ ，]{0,4}$"
)
ENDED = re.compile("^.{0,3}(?:倒闭|倒了|关了|垮了|关门|不[招收要])")

MOST_MONTHS = 12  # the ledger counts the months of one year
COUNT = r"(?P<count>[一二两俩三四五六七八九]|十[一二]?|\d{1,2})"
LONG = rf"(?:(?P<half>半)年|{COUNT}(?:个多?|个把)月|{COUNT.replace('count', 'years')}年)"
LEFT = "(?:出来|出门|出去|外出|离家|在外(?:面|头|地)?|干|做|待|呆)"
SO_FAR = "(?:打工|上班|干活)?(?:了|有|快|已经|大概|差不多|都|也){0,2}"
FOR = re.compile(
    rf"(?:{LEFT}{SO_FAR}|[来到在][^ 没不]{{1,8}}?(?:了|有|快|已经){{0,2}}){LONG}(?P<more>多|半)?(?P<end>了|$| |,)?"
)
UNSEEN = re.compile(rf"{LONG}(?P<more>多|半)?(?P<end>没)有?回(?![答复话信])")  # 出来十个月没回去
NOT_AWAY = re.compile(
    "(?:先|以前|原来)在|(?<!没)回来了|就回来|[年月]了? ?现在|"
    "(?:打算|准备|想|再|还[要有能]|住院|怀孕|欠|失业|试用|休息|闲)"
)
CAME = "(?:[以之过]?后|份|初|底|中旬)?(?:就|才|我)?(?:出来|出门|出去|出的门|来)"
OLD, OLD_DAY = "(?:[阴农旧]历的?)", "(?:初.|廿.?|二?十[一二三四五六七八九]?)?"
SINCE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], int | None]], ...] = (
    (re.compile(f"(?<!前年)(?:去年|{OLD})?(?P<month>冬月|腊月){OLD_DAY}{CAME}"),
     lambda found: {"冬月": 12, "腊月": 1}[found["month"]]),  # a month of the old calendar is the one after it
    (re.compile(f"(?:去年|前年).{{0,6}}{CAME}"), lambda _: None),  # the month, or none: last year
    (re.compile(f"清明节?{CAME}"), lambda _: 4), (re.compile(f"端午节?{CAME}"), lambda _: 6),
    (re.compile(f"(?:中秋节?|八月(?:十五|半))过?{CAME}"), lambda _: 9),
    (re.compile(f"(?:过完年|过了?年|正月|春节|元宵节?|[年节](?=以?后)){OLD_DAY}{CAME}"), lambda _: 2),
    (re.compile(rf"{OLD}(?P<count>\d\d?|十[一二]?|[一二三四五六七八九])月{CAME}"),
     lambda found: _number(found["count"]) + 1),
    (re.compile(rf"(?<!\d)(?P<count>\d\d?|十[一二]?|[一二三四五六七八九])月(?:\d\d?[号日])?{CAME}"),
     lambda found: _number(found["count"])),
    (re.compile(f"(?:五一|劳动)节?{CAME}"), lambda _: 5), (re.compile(f"(?:国庆|十一)节?{CAME}"), lambda _: 10),
)  # fmt: skip


def work(mine: list[Clause]) -> Fact | None:
    """The work that is named first in the table."""
    said = ",".join(clause.bare for clause in mine)
    for shape, label in WORK:
        for clause in mine if shape.search(said) else ():
            for found in shape.finditer(clause.bare):
                if NOT_NOW.search(clause.before(found.start())) or ENDED.search(clause.after(found.end())):
                    continue
                return Fact(found.expand(label), clause.words(*found.span()), SPOKEN)
    return None


def months_away(mine: list[Clause], on: date | None) -> Fact | None:
    """How many months, at most a year's; 过完年出来的 needs the day on which it was said."""
    for clause in mine:
        if NOT_AWAY.search(clause.text):
            continue
        stays = [found for shape in (FOR, UNSEEN) if (found := shape.search(clause.text))]
        if found := next(filter(_so_long, stays), None):
            return Fact(_so_long(found), clause.words(*found.span()).strip(), SAID_PLAINLY)
        if not stays and on and (since := _since(clause, on)):
            return since
    return None


def _so_long(found: re.Match[str]) -> int | None:
    """在东莞一个月 and then a figure is about pay, not about being away."""
    left = re.match(LEFT, found[0])
    if found["end"] is None and not found["more"]:
        return None
    months = 6 if found["half"] else _number(found["count"]) if found["count"] else 12 * _number(found["years"])
    if months == 1 and not (left or (found["end"] or "")[:1] in ("了", "没")):
        return None
    return min(months, MOST_MONTHS)


def _since(clause: Clause, on: date) -> Fact | None:
    for shape, reader in SINCE:
        if found := shape.search(clause.text):
            month = reader(found)
            away = MOST_MONTHS if month is None else (on.month - month) % 12
            return Fact(away, clause.words(*found.span()), RECKONED) if away else None
    return None


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    ones = dict(zip("一二两俩三四五六七八九", (1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
    return sum(10 if letter == "十" else ones[letter] for letter in words)
