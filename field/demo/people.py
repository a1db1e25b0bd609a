"""演示人员: invented households whose ages, relations, schooling and work fit together."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from field.codes import RiskFactor
from field.demo.county import Place
from field.registry import idnumber
from field.registry.roster import RosterHousehold

INVENTED = "420699"  # a county code that was never given out
FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任"
MALE = "大山长青云峰志远永和家福春生立新文斌国安明礼德友学勤光耀水清石林向阳天佑"
FEMALE = "秀兰春梅桂香玉珍秋菊小燕红霞凤英翠萍雪莲金花月娥彩云青竹冬梅慧芳静怡"
WORK = (("4201", "建筑"), ("4205", "装修"), ("3205", "电子厂"), ("3302", "服装厂"), ("3307", "小商品包装"),
        ("3502", "餐饮"), ("4401", "物流"), ("4403", "保安"), ("4419", "电子厂"))  # fmt: skip
LOCAL = ("务农", "种烟叶", "种茶", "养猪", "种药材")
GRADES = (
    (3, None, None),
    (6, "学龄前", "学前教育"),
    (12, "小学", "小学"),
    (15, "初中", "初中"),
    (18, "高中", "高中"),
)
CENTRE, REACH = (31.78, 111.15), 0.22


class Author:
    """编写: invents households one after another; the same seed and day give the same people."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.serial: dict[str, int] = {}
        self.people = 0
        self.born: dict[tuple[date, bool], int] = {}

    def household(self, place: Place, village: str) -> RosterHousehold:
        """One household for a place; `village` is the village's name."""
        rng = self.rng
        serial = self.serial[place.village] = self.serial.get(place.village, 0) + 1
        group = rng.randint(1, 6)
        latitude, longitude = self._home(place.village)
        members = self._members(place)
        household: RosterHousehold = {
            "number": f"{place.village[6:]}-{serial:04d}", "region": place.village, "group": f"{group}组",
            "formerly_poor": place.kind == "unstable" or (place.kind is None and rng.random() < 0.3),
            "no_labour": all(member.get("labour") in (None, "无劳动力", "丧失劳动力") for member in members),
            "address": f"{village}{group}组{serial}号", "latitude": latitude, "longitude": longitude,
            "members": members,
        }  # fmt: skip
        if place.kind and place.risk:
            household["kind"] = place.kind.value
            household["identified_on"] = str(self.today - timedelta(rng.randint(30, 900)))
            second = [rng.choice(list(RiskFactor))] if rng.random() < 0.3 else []
            household["risk_factors"] = list(dict.fromkeys(risk.value for risk in (place.risk, *second)))
        return household

    def _home(self, village: str) -> tuple[float, float]:
        """A made-up spot within a kilometre or so of the village's made-up middle."""
        middle = Random(village)  # noqa: S311 - invented places, no secret
        return tuple(
            round(centre + middle.uniform(-REACH, REACH) + self.rng.uniform(-0.01, 0.01), 6) for centre in CENTRE
        )  # type: ignore[return-value]

    def _members(self, place: Place) -> list[dict[str, Any]]:
        rng = self.rng
        head_age = min(max(int(rng.gauss(56, 11)), 32), 84)
        family = rng.choice(FAMILY)
        members = [
            self._person(relation, male, age, family)
            for relation, male, age in list(_family(rng, head_age))[: place.size]
        ]
        self._burden(members, place.risk)
        return members

    def _person(self, relation: str, male: bool, age: int, family: str) -> dict[str, Any]:
        rng = self.rng
        self.people += 1
        birth = self.today - timedelta(age * 365 + age // 4 + rng.randint(1, 364))
        own = family if relation in ("户主", "之子", "之女", "之父", "之孙子", "之孙女") else rng.choice(FAMILY)
        person: dict[str, Any] = {
            "sex": "male" if male else "female", "birth_date": birth.isoformat(),
            "name": own + _given(rng, male),
            "id_number": idnumber.make(INVENTED, birth, self._sequence(birth, male)),
            "relation": relation, "ethnicity": "汉族", "medical_insurance": "城乡居民",
            "health": "长期慢性病" if rng.random() < (age - 30) / 200 else "健康",
        }  # fmt: skip
        person |= _schooling(rng, age)
        person |= self._work(age)
        return person

    def _sequence(self, birth: date, male: bool) -> int:
        """A number of the day that nobody has yet, odd for a man."""
        born = self.born[birth, male] = self.born.get((birth, male), -1) + 1
        return 2 * born + male

    def _work(self, age: int) -> dict[str, Any]:
        rng = self.rng
        if age < 16:
            return {"labour": "无劳动力"}
        told: dict[str, Any] = {"phone": f"+8617400{self.people % 10**6:06d}"} if rng.random() < 0.85 else {}
        told["pension"] = "城乡居民" if rng.random() < 0.9 else "未参加"
        if age >= 70:
            return {**told, "labour": "无劳动力"}
        if age >= 60:
            return {**told, "labour": "弱劳动力或半劳动力", "work": rng.choice(LOCAL)}
        labour = {"labour": "技能劳动力" if rng.random() < 0.2 else "普通劳动力"}
        if age < 19 or rng.random() < 0.5:
            return {**told, **labour} if age < 19 else {**told, **labour, "work": rng.choice(LOCAL)}
        place, work = rng.choice(WORK)
        away = {"work_place": place, "work": work, "months_away": rng.randint(5, 11)}
        return {**told, **labour, **away, "monthly_income": rng.randrange(280_000, 650_000, 5_000)}

    def _burden(self, members: list[dict[str, Any]], risk: RiskFactor | None) -> None:
        """What the main risk means for somebody in the household."""
        rng = self.rng
        head, weighed = members[0], rng.choice(members)
        head["bank_account"] = f"620000{self.people:013d}"
        if risk is RiskFactor.ILLNESS:
            weighed["health"] = rng.choice(("患有大病", "长期慢性病"))
        elif risk is RiskFactor.DISABILITY:
            card = weighed["id_number"] + rng.choice("1234567") + rng.choice("1234")
            weighed |= {"health": "残疾", "disability_card": card}
            if weighed["labour"] not in ("无劳动力",):
                weighed["labour"] = "丧失劳动力"
        elif risk is RiskFactor.LACK_OF_LABOUR:
            head["labour"] = "弱劳动力或半劳动力"
        if risk and rng.random() < 0.4:
            head["minimum_living"] = True


def _family(rng: Random, head_age: int) -> Iterator[tuple[str, bool, int]]:
    """Relation, sex and age, those likeliest to be there first; more than any household needs."""
    head_is_male = rng.random() < 0.8
    yield "户主", head_is_male, head_age
    rest: list[tuple[str, bool, int]] = []
    child_age = head_age - rng.randint(22, 28)
    if rng.random() < 0.85:
        rest.append(("配偶", not head_is_male, min(max(head_age + rng.randint(-4, 3), 22), 88)))
    for years in (0, 3, 6, 9):
        if child_age - years >= 0:
            male = rng.random() < 0.52
            rest.append(("之子" if male else "之女", male, child_age - years))
    if child_age >= 26:
        grandchild = max(child_age - rng.randint(23, 28), 0)
        grandson = rng.random() < 0.5
        rest.append(("之孙子" if grandson else "之孙女", grandson, grandchild))
    if head_age <= 64:
        rest.append(("之母", False, head_age + rng.randint(20, 26)))
        rest.append(("之父", True, head_age + rng.randint(21, 27)))
    other = [("之兄弟姐妹", True, max(head_age - years, 20)) for years in (2, 4, 6)]
    yield from rest[:2] + rng.sample(rest[2:], len(rest) - 2) + other if len(rest) > 2 else rest + other


def _given(rng: Random, male: bool) -> str:
    names = MALE if male else FEMALE
    start = rng.randrange(0, len(names) - 1, 2)
    return names[start : start + 2] if rng.random() < 0.7 else rng.choice(names)


def _schooling(rng: Random, age: int) -> dict[str, str]:
    for below, schooling, pupil in GRADES:
        if age < below:
            return {"schooling": schooling, "pupil": pupil} if schooling and pupil else {}
    if age < 22 and rng.random() < 0.5:
        return {"schooling": "大专", "pupil": "大专"}
    words = ("文盲或半文盲", "小学", "初中") if age > 55 else ("小学", "初中", "高中", "大专")
    return {"schooling": rng.choice(words), "pupil": "非在校生"}
