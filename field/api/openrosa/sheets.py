"""走访表 as an XLSForm, its words and limits from the codes and rules that judge a visit: no label is written twice."""

import json
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any, Final

from field.codes import EvidenceKind, Expense, Guarantee, Income, Left, Need, RiskFactor
from field.labels import Labelled
from field.monitoring.visiting.visit_rules import definition
from field.registry.roster import SEX

Row = dict[str, str]
FORM: Final = "field_visit"
SURVEY = (
    "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "choice_filter", "default", "appearance", "parameters", "calculation", "trigger",
)  # fmt: skip
SECTIONS = ("members", "income", "expenses", "guarantees", "risk_factors")
PHOTO_KINDS = ("receipt", "medical_record", "house", "person", "other")
OF_MEMBER = ("phone", "work", "months_away", "monthly_income", "health", "schooling", "labour")
WRITTEN = "regex(., '[\\s　]*[^\\s　][\\s\\S]*')"  # \\s alone knows no full-width blank
MONEY = {"monthly_income", "amount", "compliant_amount"}
CHOICES: dict[str, dict[str, str]] = {
    "find": {"list": "从名单里选", "number": "填户编号"},
    "section": {"unchanged": "无变化", "changed": "有变化"},
    "status": {"ok": "有保障", "problem": "有问题"},
    "wanted": {"yes": "要", "no": "不要"},
    "whose": {"known": "名册上的成员", "new": "新增成员"},
    "sex": {**SEX},
}


@cache
def sheets() -> dict[str, list[Row]]:
    """The three sheets: survey, choices, settings; the version is a digest of the other two."""
    parts = {"survey": [_whole(row) for row in _survey()], "choices": list(_choices())}
    version = sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
    name = "concat('走访 ', format-date-time(${visited_at}, '%m-%d %H:%M'))"
    settings = {"form_title": "入户走访", "form_id": FORM, "version": version, "instance_name": name}
    return parts | {"settings": [settings]}


def _survey() -> Iterator[Row]:
    yield {"type": "start", "name": "visited_at"}
    yield from _household()
    yield _text("informant", required="yes", default="户主")
    yield from _place()
    yield from _members()
    for section, parts in (("income", Income), ("expenses", Expense)):
        yield from _section(section, list(_amounts(section, parts)))
    yield from _section("guarantees", [row for one in Guarantee for row in _guarantee(one)])
    yield from _section("risk_factors", list(_risks()))
    alone = {
        "constraint": "not(selected(., 'none')) or count-selected(.) = 1",
        "constraint_message": "没有需求就只选这一项",
    }
    yield {"type": "select_multiple need", "name": "needs", "label": _title("needs"), "required": "yes", **alone}
    yield _text("note", appearance="multiline")
    yield from _photos()


def _household() -> Iterator[Row]:
    must = {"required": "yes", "required_message": "请填写农户"}
    yield {"type": "select_one find", "name": "find", "label": "怎样找到这一户", "required": "yes", "default": "list"}
    from_list = {"relevant": "${find} = 'list'", "appearance": "minimal autocomplete"}
    yield {"type": "select_one_from_file households.csv", "name": "household", "label": "农户", **from_list, **must}
    number = {"relevant": "${find} = 'number'", "constraint": WRITTEN, "constraint_message": "不能只有空格"}
    yield {"type": "text", "name": "number", "label": "户编号", **number, **must}


def _place() -> Iterator[Row]:
    yield {"type": "geopoint", "name": "place", "label": "位置", "hint": "在农户家里定位；定不到就往下说明原因"}
    yield {"type": "calculate", "name": "fix_at", "calculation": "now()", "trigger": "${place}"}
    yield _text("location_reason", required="yes", relevant="${place} = ''")


def _members() -> Iterator[Row]:
    known, new = {"relevant": "${whose} = 'known'"}, {"relevant": "${whose} = 'new'"}
    fields = definition()["$defs"]["member"]["properties"]
    names = fields["new"]["properties"]
    rows: list[Row] = [{"type": "begin_repeat", "name": "member", "label": "有变化的成员"}]
    rows.append({"type": "select_one whose", "name": "whose", "label": "是谁", "required": "yes", "default": "known"})
    rows.append(_person("person", "成员") | known | {"required": "yes"})
    rows += [_field(name, names[name]) | new for name in ("name", "relation")]
    rows[-2]["required"] = "yes"
    rows.append({"type": "select_one sex", "name": "sex", "label": names["sex"]["title"]} | new)
    rows.append({"type": "date", "name": "birth_date", "label": names["birth_date"]["title"]} | new)
    rows += [_field(name, fields[name]) for name in OF_MEMBER]
    rows.append({"type": "select_one left", "name": "left", "label": fields["left"]["title"]} | known)
    yield from _section("members", [*rows, {"type": "end_repeat"}])


def _amounts(section: str, parts: type[Labelled]) -> Iterator[Row]:
    if section == "income":
        period = definition()["properties"]["income"]["properties"]["period"]["properties"]
        must = {"type": "date", "required": "yes", "hint": "在册户：上年10月1日到今年9月30日；别的户：最近12个月"}
        order = {"constraint": ". >= ${period_from}", "constraint_message": "截止日期不能早于起始日期"}
        yield {"name": "period_from", "label": period["from"]["title"], **must}
        yield {"name": "period_to", "label": period["to"]["title"], **must, **order}
    for part in parts:
        yield _money(f"{section}_{part.value}", part.label) | {"required": "yes", "default": "0"}


def _guarantee(one: Guarantee) -> Iterator[Row]:
    yield {"type": "select_one status", "name": f"has_{one.value}", "label": one.label, "required": "yes"}
    title = definition()["$defs"]["guarantee"]["properties"]["note"]["title"]
    yield {
        "type": "text", "name": f"note_{one.value}", "label": f"{one.label}：{title}", "required": "yes",
        "relevant": f"${{has_{one.value}}} = 'problem'", **_written(500),
    }  # fmt: skip


def _risks() -> Iterator[Row]:
    yield {"type": "select_one risk", "name": "main_risk", "label": "主要风险点", "hint": "没有风险点就不选"}
    others = {"relevant": "${main_risk} != ''"}
    yield {"type": "select_multiple risk", "name": "other_risks", "label": "其他风险点", **others}


def _photos() -> Iterator[Row]:
    item = definition()["properties"]["evidence"]["items"]["properties"]
    bill = {"relevant": "${kind} = 'receipt'"}
    yield {"type": "select_one wanted", "name": "with_photos", "label": "要拍照片吗", "required": "yes"}
    yield {"type": "begin_repeat", "name": "photo", "label": _title("evidence"), "relevant": "${with_photos} = 'yes'"}
    yield {"type": "select_one evidence", "name": "kind", "label": item["kind"]["title"], "required": "yes"}
    large = {"parameters": "max-pixels=2048", "required": "yes"}
    yield {"type": "image", "name": "picture", "label": _title("evidence"), **large}
    yield _person("whose_bill", item["person_id"]["title"]) | bill
    yield {"type": "date", "name": "issued_on", "label": item["issued_on"]["title"], **bill}
    yield from (_money(name, item[name]["title"]) | bill for name in ("amount", "compliant_amount"))
    yield {"type": "end_repeat"}


def _section(name: str, rows: list[Row]) -> Iterator[Row]:
    """One of the five sections: as before, or opened."""
    state, title = f"{name}_state", _title(name)
    yield {"type": "select_one section", "name": state, "label": f"{title}有没有变化", "required": "yes"}
    yield {"type": "begin_group", "name": name, "label": title, "relevant": f"${{{state}}} = 'changed'"}
    yield from rows
    yield {"type": "end_group"}


def _person(name: str, label: str) -> Row:
    """A member of the household that was chosen."""
    return {
        "type": "select_one_from_file members.csv", "name": name, "label": label,
        "choice_filter": "household = ${household}", "appearance": "minimal",
    }  # fmt: skip


def _field(name: str, rule: dict[str, Any]) -> Row:
    """A question as the rules have it."""
    if name in MONEY:
        return _money(name, rule["title"])
    if rule["type"] == "integer":
        least, most = rule["minimum"], rule["maximum"]
        limit = {"constraint": f". >= {least} and . <= {most}", "constraint_message": f"{least} 到 {most}"}
        return {"type": "integer", "name": name, "label": rule["title"], **limit}
    shape, words = rule.get("pattern"), rule.get("x-words", {}).get("pattern", "格式不对")
    if shape and shape.startswith("^"):  # ODK compares the whole text
        limit = {"constraint": f"regex(., '{shape}')", "constraint_message": words}
    else:
        limit = (_written if shape else _shorter)(rule["maxLength"])
    return {"type": "text", "name": name, "label": rule["title"], **limit}


def _text(name: str, **more: str) -> Row:
    return _field(name, definition()["properties"][name]) | more


def _money(name: str, title: str) -> Row:
    limit = {"constraint": ". >= 0 and . <= 1000000000 and round(., 2) = .", "constraint_message": "最多两位小数"}
    return {"type": "decimal", "name": name, "label": f"{title}（元）", **limit}


def _shorter(most: int) -> Row:
    return {"constraint": f"string-length(.) <= {most}", "constraint_message": f"最多{most}个字"}


def _written(most: int) -> Row:
    """Words that are not only blanks."""
    limit = f"{WRITTEN} and string-length(.) <= {most}"
    return {"constraint": limit, "constraint_message": f"不能只有空格，最多{most}个字"}


def _title(name: str) -> str:
    title: str = definition()["properties"][name]["title"]
    return title


def _choices() -> Iterator[Row]:
    photos = {kind: label for kind, label in EvidenceKind.labels().items() if kind in PHOTO_KINDS}
    left = {code: label for code, label in Left.labels().items() if code != Left.DELISTED}
    needs = {"none": "没有需求"} | Need.labels()
    codes = {"risk": RiskFactor.labels(), "need": needs, "evidence": photos, "left": left}
    for name, several in (CHOICES | codes).items():
        yield from ({"list_name": name, "name": code, "label": label} for code, label in several.items())


def _whole(row: Row) -> Row:
    must = {"required_message": f"请填写{row['label']}"} if row.get("required") and "label" in row else {}
    return must | row
