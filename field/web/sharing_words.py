"""乡镇共享的措辞: what a unit is shown of a household, as the cells of one row; nothing that was not given to it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _

from field.codes import Kind, RiskFactor
from field.monitoring.posts.sharing_codes import GUARANTEES, SharedField
from field.registry.roster import SEX
from field.web.catalogue import in_a_row, word_said
from field.web.member_words import of_member
from field.web.visit_words import Line, lines_of
from field.web.wording import day, grade_mark

F = SharedField
Shown = Mapping[str, Any]


class Cell(NamedTuple):
    """一格: its column's head and what stands in it."""

    label: str
    lines: list[Line]


def cells(shown: Shown) -> list[Cell]:
    """One household by columns: its own fields, the guarantees together, and who in it concerns the unit."""
    told = [key for key in SharedField if key in shown]
    alone = [key for key in told if key not in GUARANTEES and not (key is F.GROUP and F.VILLAGE in told)]
    row = [Cell(key.label, _village(shown) if key is F.VILLAGE else OF.get(key, _plain)(shown[key])) for key in alone]
    if asked := [key for key in told if key in GUARANTEES]:
        row.append(Cell(asked[0].label, _one(shown[asked[0]])) if len(asked) == 1 else _guarantees(asked, shown))
    if "people" in shown:
        row.append(Cell(_("有关的人"), [Line("", _person(one)) for one in shown["people"]]))
    return row


def _plain(value: Any) -> list[Line]:
    return [Line("", str(word_said(value)))] if value else []


def _village(shown: Shown) -> list[Line]:
    """The village, and the group where that is shown too."""
    return _plain(" ".join(filter(None, (shown[F.VILLAGE], shown.get(F.GROUP)))))


def _one(status: str | None) -> list[Line]:
    words = {"ok": _("有保障"), "problem": _("有问题")}.get(status or "") or _("没有登记")
    return [Line("", str(words), status == "problem")]


def _guarantees(asked: list[SharedField], shown: Shown) -> Cell:
    """Those with a problem, each marked, then those of which nothing is told."""
    wrong = [Line("", str(_("%(what)s有问题", what=key.label)), True) for key in asked if shown[key] == "problem"]
    unknown = [key.label for key in asked if shown[key] is None]
    if len(unknown) == len(asked):
        return Cell(_("保障"), _one(None))
    rest = [Line("", str(_("没有登记：%(what)s", what=in_a_row(unknown))))] if unknown else []
    return Cell(_("保障"), wrong + rest or _one("ok"))


def _income(value: Any) -> list[Line]:
    """Each part that is more than nothing, and the period."""
    return lines_of("income", {key: one for key, one in value.items() if one}, {}) if value else _one(None)


def _person(shown: Shown) -> str:
    """All that is told, one after another, nothing twice."""
    told = [(key, shown[key]) for key in SharedField if shown.get(key) not in (None, "", False)]
    words = [OF_PERSON[key](value) if key in OF_PERSON else str(value) for key, value in told]
    return " · ".join(dict.fromkeys(words))


def _labelled(key: SharedField) -> Callable[[Any], str]:
    """低保: only of whom it is true."""
    return lambda _value: str(word_said(key.label))


OF: dict[SharedField, Callable[[Any], list[Line]]] = {
    F.KIND: lambda value: _plain(Kind.label_of(value)),
    F.GRADE: lambda value: _plain(grade_mark(value)),
    F.RISK_FACTORS: lambda value: _plain(in_a_row(RiskFactor.label_of(one) for one in value)),
    F.IDENTIFIED_ON: lambda value: [Line("", day(value))] if value else [],
    F.LAST_VISIT_ON: lambda value: [Line("", day(value))] if value else [],
    F.INCOME: _income,
}
OF_PERSON: dict[SharedField, Callable[[Any], str]] = {
    **dict.fromkeys((F.RELATION, F.HEALTH, F.LABOUR), of_member),
    F.SEX: lambda value: str(word_said(SEX.get(value, value))),
    F.AGE: lambda value: str(_("%(years)d 岁", years=value)),
    F.MAJOR_ILLNESS_COVER: _labelled(F.MAJOR_ILLNESS_COVER),
    F.MINIMUM_LIVING: _labelled(F.MINIMUM_LIVING),
    F.EXTREME_HARDSHIP: _labelled(F.EXTREME_HARDSHIP),
}
