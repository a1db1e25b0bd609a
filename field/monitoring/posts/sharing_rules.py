"""乡镇共享规则: what a unit is shown of one household and the people in it who concern it; pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from field.codes import Grade
from field.monitoring.policy.shapes import Pack
from field.monitoring.policy.sharing_shapes import Sharing
from field.monitoring.posts.sharing_codes import GUARANTEES, OF_PEOPLE, SharedField
from field.monitoring.workdays import china_day
from field.registry.households import Household, Person
from field.registry.masking import mask_id_number, mask_phone
from field.registry.regions import TOWN

F = SharedField


class NotShared(Exception):
    """不共享: nothing is shared with such an account; why, in words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Home(NamedTuple):
    """一户: with the people who concern the unit, and what is best known of income and guarantees."""

    household: Household
    village: str
    people: list[Person]
    phone: str | None
    grade: str
    income: Mapping[str, Any] | None
    guarantees: Mapping[str, Any]


def rule_of(unit: str | None, region: str, pack: Pack) -> Sharing:
    """What a unit of a region is shown; NotShared where it is bound to no town or the pack does not name it."""
    if len(region) != TOWN:
        raise NotShared("乡镇单位的账号要定在一个乡镇，这个账号没有，所以看不到农户。请联系县里")
    found = next((one for one in pack.sharing if one.unit == unit), None)
    if found is None:
        raise NotShared("县里的政策包没有写这个单位能看哪些户，所以看不到。请联系县里")
    return found


def shown(rule: Sharing, home: Home, day: date) -> dict[str, Any]:
    """The fields that the rule names and no others, numbers masked; `people` where it names any of theirs."""
    told = {key.value: value(home) for key, value in OF_HOUSEHOLD.items() if key in rule.shows}
    if not OF_PEOPLE & set(rule.shows):
        return told
    values = {key: value for key, value in OF_PERSON.items() if key in rule.shows}
    return told | {"people": [{key.value: value(one, day) for key, value in values.items()} for one in home.people]}


def _guarantee(code: str) -> Callable[[Home], Any]:
    return lambda home: home.guarantees.get(code, {}).get("status")


def _detail(key: str) -> Callable[[Person, date], Any]:
    return lambda one, _: one.details.get(key)


def _own(name: str) -> Callable[[Person, date], Any]:
    return lambda one, _: getattr(one, name)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _age(one: Person, day: date) -> int | None:
    born = one.birth_date
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None


OF_HOUSEHOLD: dict[SharedField, Callable[[Home], Any]] = {
    F.NUMBER: lambda home: home.household.number,
    F.HEAD: lambda home: home.household.head,
    F.VILLAGE: lambda home: home.village,
    F.GROUP: lambda home: home.household.group,
    F.ADDRESS: lambda home: home.household.address,
    F.PHONE: lambda home: mask_phone(home.phone),
    F.KIND: lambda home: home.household.kind,
    F.GRADE: lambda home: home.grade or Grade.NONE.value,
    F.RISK_FACTORS: lambda home: home.household.risk_factors,
    F.IDENTIFIED_ON: lambda home: _iso(home.household.identified_on),
    F.LAST_VISIT_ON: lambda home: _iso(home.household.last_visit_at and china_day(home.household.last_visit_at)),
    F.INCOME: lambda home: home.income,
    **{key: _guarantee(code) for key, code in GUARANTEES.items()},
}
OF_PERSON: dict[SharedField, Callable[[Person, date], Any]] = {
    F.NAME: _own("name"),
    F.RELATION: _own("relation"),
    F.SEX: _own("sex"),
    F.AGE: _age,
    F.ID_NUMBER: lambda one, _: mask_id_number(one.id_number),
    F.PUPIL: _detail("pupil"),
    F.SCHOOLING: _own("schooling"),
    F.HEALTH: _own("health"),
    F.DISABILITY: _detail("disability"),
    F.LABOUR: _own("labour"),
    F.MEDICAL_INSURANCE: _detail("medical_insurance"),
    F.MAJOR_ILLNESS_COVER: _detail("major_illness_cover"),
    F.MINIMUM_LIVING: _detail("minimum_living"),
    F.EXTREME_HARDSHIP: _detail("extreme_hardship"),
}
