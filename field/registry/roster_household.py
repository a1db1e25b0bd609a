"""一户: rows of the sheet put together into a household, or the reasons why they cannot be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from field.registry import idnumber
from field.registry.roster import (
    COLUMNS,
    HEADERS,
    HOUSEHOLD,
    MAX_RISKS,
    MEMBER,
    Column,
    RosterHousehold,
    by_header,
    places,
)
from field.registry.roster_cells import plain, reader

KEYS = by_header(COLUMNS)
REQUIRED: tuple[Column, ...] = tuple(column for column in COLUMNS if column.required)
UNKNOWN_VILLAGE = "您的地区里没有这个村，请核对村名或12位村代码"
HEAD, UNREADABLE = "户主", "？"
ANOTHER_FAMILY = (
    "这个户编号在县里是另一户人家的，名册上这些人没有一个能认定在那一户（证件号码都对不上，只有姓名相同不算）；"
    "没有导入，那一户也没有改动。请核对户编号；是另一户的，请另编一个号；"
    "是原来那户、人或者证件号码都换了的，请先走访，把现在的人连同证件号码登记为新增成员，再导入"
)
OTHERS_WRONG = "同户其他人有错，整户暂不导入；改好后一起再导"
Cells = Sequence[Any]
Line = tuple[int, Cells]


class Fault(NamedTuple):
    """一处错: the row of the sheet, the header of the column, the household number, the reason in Chinese."""

    row: int
    column: str
    number: str
    reason: str


class Row(NamedTuple):
    """一行: what was read of one person and of the household columns beside."""

    row: int
    number: str
    household: dict[str, Any]
    member: dict[str, Any]
    faults: list[tuple[str, str]]


class Put(NamedTuple):
    """一户的结果: the rows on which it stands, and the household or its faults."""

    rows: list[int]
    household: RosterHousehold | None
    faults: list[Fault]


class Survey(NamedTuple):
    """通览: what only the whole sheet shows: how many people, scattered households, repeated ID numbers."""

    total: int
    scattered: dict[str, str]
    twice: dict[str, str]


class Sheet:
    """名册表: the columns found in a header row, and how to read the lines under it."""

    def __init__(self, header: Cells, villages: Mapping[str, str], today: date) -> None:
        self.places = places(header, KEYS)
        self.villages, self.today = villages, today
        self.readers = [(self.places[c.key], c, reader(c), c in HOUSEHOLD) for c in COLUMNS if c.key in self.places]

    def survey(self, lines: Iterable[Line]) -> Survey:
        """Look through all lines once, before any household is read."""
        blocks: dict[str, list[int]] = {}
        ids: dict[str, list[int]] = {}
        total, before = 0, ""
        for row, cells in lines:
            number, id_number = self._number(cells) or before, idnumber.clean(self._cell(cells, "id_number"))
            total += 1
            if number != before:
                blocks.setdefault(number, []).append(row)
            if len(id_number) in (18, 20):
                ids.setdefault(id_number[:18], []).append(row)
            before = number
        return Survey(total, _repeated(blocks), _repeated(ids))

    def households(self, lines: Iterable[Line], survey: Survey) -> Iterator[Put]:
        """Each household, or why it is held back."""
        for rows in self._grouped(lines):
            faults = self._faults(rows, survey)
            yield Put([row.row for row in rows], None if faults else self._household(rows), faults)

    def _grouped(self, lines: Iterable[Line]) -> Iterator[list[Row]]:
        rows: list[Row] = []
        for line in lines:
            row = self._row(*line, before=rows[-1].number if rows else "")
            if rows and row.number != rows[-1].number:
                yield rows
                rows = []
            rows.append(row)
        if rows:
            yield rows

    def _row(self, row: int, cells: Cells, before: str) -> Row:
        household: dict[str, Any] = {}
        member: dict[str, Any] = {}
        faults = []
        for place, column, read, of_household in self.readers:
            cell = cells[place] if place < len(cells) else ""
            if cell is None or cell == "":
                continue
            try:
                value = read(cell)
            except ValueError as error:
                faults.append((column.header, str(error)))
                continue
            if value is not None:
                (household if of_household else member)[column.key] = value
        number = self._number(cells)
        if not number and household:
            faults.append((HEADERS["number"], "没有填"))
        wrong = {header for header, _ in faults}
        faults += [(c.header, "没有填") for c in MEMBER if c.required and c.key not in member and c.header not in wrong]
        return Row(row, number or before, household, member, faults)

    def _faults(self, rows: list[Row], survey: Survey) -> list[Fault]:
        number, unread = rows[0].number, {header for row in rows for header, _ in row.faults}
        faults = [Fault(row.row, header, number, reason) for row in rows for header, reason in row.faults]
        merged, unlike = _merged(rows)
        faults += unlike
        for key, reason in self._household_faults(merged, rows, survey):
            if HEADERS[key] not in unread:
                faults.append(Fault(rows[0].row, HEADERS[key], number, reason))
        for row in [row for row in rows if row.member.get("relation") == HEAD][1:]:
            faults.append(Fault(row.row, HEADERS["relation"], number, "这一户已经有一位户主"))
        for row in rows:
            found = self._member_faults(row.member, survey)
            faults += [Fault(row.row, HEADERS[key], number, reason) for key, reason in found]
        wrong = {fault.row for fault in faults}
        if faults:
            faults += [Fault(row.row, "", number, OTHERS_WRONG) for row in rows if row.row not in wrong]
        return sorted(faults)

    def _household_faults(self, merged: dict[str, Any], rows: list[Row], survey: Survey) -> Iterator[tuple[str, str]]:
        number = rows[0].number
        if not number:
            yield "number", "没有填"
        elif number in survey.scattered:
            yield "number", f"同一户的人没有连着填（{survey.scattered[number]}），请放在一起"
        if "region" not in merged:
            yield "region", "没有填"
        elif not (code := self.villages.get(merged["region"], UNKNOWN_VILLAGE)).isdigit():
            yield "region", code
        if "kind" in merged:
            for key in ("identified_on", "risk_1"):
                if key not in merged:
                    yield key, "纳入监测的户必须填"
        if merged.get("identified_on", "") > self.today.isoformat():
            yield "identified_on", "识别时间在今天之后"
        if ("latitude" in merged) != ("longitude" in merged):
            yield "latitude", "纬度和经度要一起填"
        if not any(row.member.get("relation") == HEAD for row in rows):
            yield "relation", "这一户没有户主"

    def _member_faults(self, member: dict[str, Any], survey: Survey) -> Iterator[tuple[str, str]]:
        number = member.get("id_number", "")[:18]
        if not number:
            return
        if number in survey.twice:
            yield "id_number", f"同一个证件号码出现多次（{survey.twice[number]}）"
        birth = str(idnumber.birth_date(number))
        if birth > self.today.isoformat():
            yield "id_number", "证件号码里的出生日期在今天之后"
        if member.get("birth_date", birth) != birth:
            yield "birth_date", "与证件号码里的出生日期不一致"
        if member.get("sex", idnumber.sex(number)) != idnumber.sex(number):
            yield "sex", "与证件号码里的性别不一致"
        if not member.get("disability_card", number).startswith(number):
            yield "disability_card", "残疾证号的前18位与证件号码不一致"

    def _household(self, rows: list[Row]) -> RosterHousehold:
        merged, _ = _merged(rows)
        risks = [merged.pop(f"risk_{place}", None) for place in range(1, MAX_RISKS + 1)]
        if factors := list(dict.fromkeys(risk for risk in risks if risk)):
            merged["risk_factors"] = factors
        merged["region"] = self.villages[merged["region"]]
        members = [_completed(row.member) for row in rows]
        members.sort(key=lambda member: member["relation"] != HEAD)
        return cast(RosterHousehold, {**merged, "members": members})

    def _cell(self, cells: Cells, key: str) -> Any:
        place = self.places[key]
        return cells[place] if place < len(cells) else ""

    def _number(self, cells: Cells) -> str:
        try:
            return plain(self._cell(cells, "number"))
        except ValueError:
            return UNREADABLE


def _repeated(found: Mapping[str, list[int]]) -> dict[str, str]:
    return {
        text: "、".join(f"第{row}行" for row in rows[:5]) + ("等" if len(rows) > 5 else "")
        for text, rows in found.items() if len(rows) > 1
    }  # fmt: skip


def _merged(rows: list[Row]) -> tuple[dict[str, Any], list[Fault]]:
    """The household's values from all its rows, and a fault wherever two rows disagree."""
    merged: dict[str, Any] = {}
    faults = []
    for row in rows:
        for key, value in row.household.items():
            if merged.setdefault(key, value) != value:
                faults.append(Fault(row.row, HEADERS[key], row.number, "与同户前面一行填的不一致"))
    return merged, faults


def _completed(member: dict[str, Any]) -> dict[str, Any]:
    """What the ID number says by itself: sex, birth date and, from 20 digits, the disability card."""
    number = member["id_number"]
    if len(number) == 20:
        member = {**member, "id_number": number[:18], "disability_card": number}
    known = {"sex": idnumber.sex(number), "birth_date": str(idnumber.birth_date(number))}
    return {**known, **member}
