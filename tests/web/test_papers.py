"""纸件: every paper of the procedure at every step, on the screen, as PDF and for Word; masked, and of one's own region."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from pypdf import PdfReader

from field import clock
from field.db import db, transact
from field.ledger import checkpoints
from field.monitoring.roster.enrol import enrol
from field.monitoring.workdays import china_day
from field.registry.households import Household, Person
from field.web import file_page
from field.worker import signer
from tests.county import County, household
from tests.monitoring.casework import HOME, RICH, do, listed, opened, to_eliminated, visited
from tests.monitoring.test_relief_sheet import LAST_YEAR, MARCH, MAY, OTHER, bill, identified, seen
from tests.monitoring.test_relief_sheet import people as relief_people
from tests.test_consents import signed as sign_on_phone
from tests.web.office import browser, statements, words
from tests.web.test_bulletin import paper  # noqa: F401 - what can print

LADDER = (
    ("advance", "cadre"), ("advance", "town"), ("advance", "cadre"), ("post_notice", "cadre"), ("advance", "cadre"),
    ("advance", "town"), ("advance", "county"),
)  # fmt: skip


def printed(data: bytes) -> str:
    """What stands on a PDF, without its blanks."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)


def written(data: bytes) -> str:
    """What stands in a Word file: paragraphs, cells, head and foot."""
    told: Any = Document(io.BytesIO(data))
    cells = [cell.text for table in told.tables for row in table.rows for cell in row.cells]
    ends = [part.paragraphs[0].text for one in told.sections for part in (one.header, one.footer)]
    return "\n".join([*(one.text for one in told.paragraphs), *cells, *ends])


def in_county(county: County, work: Any) -> Any:
    with county.app.app_context():
        return transact(work)


def sealed(county: County) -> str:
    """The newest checkpoint's root, as papers tell it."""
    with county.app.app_context():
        settings = county.app.config["FIELD"]
        kept = transact(lambda session: checkpoints.take(session, signer(settings), clock.now()))
        assert kept
        return str(kept.root[:16])


@pytest.fixture
def case_id(small_county: County) -> str:
    """A case at 入户核实, declared by SMS and visited twenty days ago."""
    then = clock.now() - timedelta(days=20)
    one = opened(small_county, HOME, "cadre", then)
    visited(small_county, HOME, "cadre", then)
    return one


def papers_of(county: County, case_id: str) -> list[str]:
    home = county.households[HOME]
    of_home = [f"/households/{home}/{one}" for one in ("application", "consent")]
    return [*of_home, f"/cases/{case_id}/assessment", "/approvals", "/approvals?month=2020-01", "/notices"]


def climb(county: County, case_id: str, steps: int) -> None:
    """So many steps of the ladder, the notice long over."""
    then = clock.now() - timedelta(days=20)
    for place, (action, by) in enumerate(LADDER[:steps]):
        do(county, case_id, action, by, then + timedelta(days=7 if place > 3 else 0))


@pytest.mark.unlisted(HOME)
def test_every_paper_can_be_printed_at_every_step_and_says_what_is_missing(small_county: County, case_id: str) -> None:
    office, then = browser(small_county, "county"), clock.now() - timedelta(days=20)
    for place in range(len(LADDER) + 1):
        for path in papers_of(small_county, case_id):
            for form in ("", "docx"):
                joint = "&" if "?" in path else "?"
                assert office.get(f"{path}{joint}as={form}").status_code == 200, (place, path, form)
        noticed = office.get(f"/cases/{case_id}/notice")
        assert noticed.status_code == (404 if place < 3 else 200), place
        if place < len(LADDER):
            action, by = LADDER[place]
            do(small_county, case_id, action, by, then + timedelta(days=7 if place > 3 else 0))


def test_the_way_out_has_papers_of_its_own(small_county: County) -> None:
    then = clock.now() - timedelta(days=20)
    case_id = listed(small_county, HOME, "county", then)
    visited(small_county, HOME, "cadre", then + timedelta(minutes=1), **RICH)
    to_eliminated(small_county, case_id, then + timedelta(minutes=2))
    office = browser(small_county, "county")
    record = words(office.page(f"/cases/{case_id}/assessment"))
    assert "拟消除风险" in record
    assert "拟纳入监测" not in record
    assert "拟消除返贫致贫风险" in words(office.page(f"/cases/{case_id}/notice"))


def test_a_household_without_a_case_or_a_declaration_gets_its_forms_to_fill_in(small_county: County) -> None:
    home = small_county.households[HOME]
    office = browser(small_county, "cadre")
    form = words(office.page(f"/households/{home}/application"))
    assert "陈大一" in form
    assert "申请人（签字或按手印）" in form
    assert words(office.page(f"/households/{home}/consent")).count("还没有签，请签字") == 2


@pytest.mark.usefixtures("paper")
@pytest.mark.unlisted(HOME)
def test_the_record_of_an_assessment_tells_votes_and_who_wrote_it(small_county: County, case_id: str) -> None:
    climb(small_county, case_id, 3)
    root = sealed(small_county)
    settings = small_county.app.config["FIELD"]
    small_county.app.config["FIELD"] = replace(settings, demo=True)
    office = browser(small_county, "cadre")
    answer = office.get(f"/cases/{case_id}/assessment?as=pdf")
    assert answer.content_type == "application/pdf"
    on_paper, for_word = printed(answer.data), written(office.get(f"/cases/{case_id}/assessment?as=docx").data)
    for told in ("民主评议记录", "陈大一", "30人", "24人", "20人", "80.0%", "村委会", "陈干部"):
        assert told in on_paper, told
        assert told in for_word.replace(" ", ""), told
    for told in ("演示数据", root, "第1页，共1页", f"打印于{clock.now():%Y}年"):
        assert told in on_paper, told
    assert "演示数据" in for_word
    assert root in for_word


@pytest.mark.usefixtures("paper")
@pytest.mark.unlisted(HOME)
def test_no_paper_shows_a_whole_number(small_county: County, case_id: str) -> None:
    office = browser(small_county, "county")
    with small_county.app.app_context():
        numbers = [one["id_number"] for one in household(HOME, 0)["members"]]
    for path in (*papers_of(small_county, case_id)[:3], f"/households/{small_county.households[HOME]}"):
        on_paper = printed(office.get(f"{path}?as=pdf").data)
        for number in (*numbers, "13800000150"):
            assert number not in on_paper, path
    application = written(office.get(f"{papers_of(small_county, case_id)[0]}?as=docx").data)
    assert "********" in application
    assert "家里有人住院" in application
    assert all(number not in application for number in numbers)


@pytest.mark.usefixtures("paper")
@pytest.mark.unlisted(HOME)
def test_who_signed_on_a_phone_has_the_signature_on_paper(small_county: County, case_id: str) -> None:
    person = browser(small_county, "cadre")
    adults = small_county.client("cadre").get(f"/api/cases/{case_id}").get_json()["adults"]
    sign_on_phone(small_county, case_id, adults[0]["person_id"], 1)
    path = f"/households/{small_county.households[HOME]}/consent"
    page = person.page(path)
    assert page.count('class="signature"') == 1
    assert "在手机上签字" in words(page)
    assert len(PdfReader(io.BytesIO(person.get(f"{path}?as=pdf").data)).pages[0].images) == 1
    assert "在手机上签名" in written(person.get(f"{path}?as=docx").data)


@pytest.mark.unlisted(HOME)
def test_all_that_are_put_up_in_a_village_stand_on_one_notice_with_nothing_but_names(
    small_county: County, case_id: str
) -> None:
    now = clock.now()
    for action, by in LADDER[:3]:
        do(small_county, case_id, action, by, now)
    do(small_county, case_id, "post_notice", "cadre", now)
    office = browser(small_county, "cadre")
    page = words(office.page("/notices"))
    assert "堰垭村下列 1 户农户拟纳入防止返贫监测" in page
    assert "陈大一" in page
    assert "因病" not in page
    assert "420626" not in page.replace("420626107204", "")
    assert "陈大一" not in words(browser(small_county, "town2").page("/notices"))
    assert "没有在公示的农户" in words(office.page("/notices?day=2020-01-01"))
    assert office.get("/notices?region=420626102").status_code == 403


@pytest.mark.usefixtures("paper")
@pytest.mark.unlisted(HOME)
def test_a_notice_is_the_same_on_paper_and_for_word_and_tells_no_number_illness_or_account(
    small_county: County, case_id: str
) -> None:
    climb(small_county, case_id, 4)
    root, office = sealed(small_county), browser(small_county, "cadre")
    day = china_day(clock.now() - timedelta(days=19))
    for path in (f"/cases/{case_id}/notice", f"/notices?day={day}"):
        joint = "&" if "?" in path else "?"
        assert f"{path}{joint}as=docx" in unescape(office.page(path)), path
        answer = office.get(f"{path}{joint}as=docx")
        on_paper, for_word = printed(office.get(f"{path}{joint}as=pdf").data), written(answer.data)
        for told in ("公示", "堰垭村下列1户农户拟纳入防止返贫监测", "陈大一", "监督电话", "村民委员会（盖章）", root):
            assert told in on_paper, (path, told)
            assert told in "".join(for_word.split()), (path, told)
        with small_county.app.app_context():
            home = db.session.get_one(Household, small_county.households[HOME])
            people = list(db.session.scalars(db.select(Person).where(Person.household_id == home.id)))
            secret = [home.number, *(one.id_number for one in people), *(one.phone for one in people if one.phone)]
        for word in (*secret, "因病", "住院", "3万", "30,000", "元", "138", "420626"):
            assert word not in on_paper, (path, word)
            assert word not in for_word, (path, word)
        document: Any = Document(io.BytesIO(answer.data))
        assert document.paragraphs[0].style.font.size.pt == 54, "read from across a room"


@pytest.mark.usefixtures("paper")
def test_the_relief_sheet_is_the_same_on_paper_and_for_word(small_county: County) -> None:
    head = relief_people(small_county)[0]
    seen(small_county, bill(head, MARCH, 3_300_000, 3_200_000), bill(head, MAY, 600_000, 600_000, OTHER))
    seen(small_county, bill(head, MARCH, 3_300_000, 3_200_000), bill(head, MAY, 900_000, None, "c" * 64))
    identified(small_county, date(LAST_YEAR, 4, 30))
    root, path = sealed(small_county), f"/households/{small_county.households[HOME]}/relief"
    office = browser(small_county, "county")
    assert f"{path}?as=docx" in office.page(path)
    answer = office.get(f"{path}?as=docx")
    assert answer.content_type.endswith("wordprocessingml.document")
    on_paper, for_word = printed(office.get(f"{path}?as=pdf").data), "".join(written(answer.data).split())
    for told in (
        "救助测算表", "陈大一", f"{LAST_YEAR}年", "33,000.00元", "32,000.00元", "来过2次，只算一次", "识别以前",
        "识别以前的票据，少得的救助", "26,340.00元", "10,260.00元", "合计", "9,000.00元", "还不知道合规费用",
        "超过2,000元的部分救助60%，封顶80,000元", "只是测算，以医保部门核定为准", "医保部门核定（盖章）", root,
    ):  # fmt: skip
        assert told in for_word, told
        assert told in on_paper, told
    assert "更正这张票据" not in on_paper
    office.set_cookie("field_language", "en")
    assert "救助测算表" in written(office.get(f"{path}?as=docx").data), "papers are in Chinese"


@pytest.mark.unlisted(HOME)
def test_a_word_file_keeps_tables_apart_and_leaves_room_for_hands(small_county: County, case_id: str) -> None:
    climb(small_county, case_id, 6)
    office = browser(small_county, "county")
    record: Any = Document(io.BytesIO(office.get(f"/cases/{case_id}/assessment?as=docx").data))
    parts = [one.tag.rpartition("}")[2] for one in record.element.body]
    assert "tbltbl" not in "".join(parts), "Word makes one table of two that touch"
    assert {round(row.height.mm) for table in record.tables for row in table.rows} == {7}
    assert record.styles["Footer"].font.size.pt < record.styles["Normal"].font.size.pt
    listed: Any = Document(io.BytesIO(office.get("/approvals?as=docx").data))
    [table] = listed.tables
    wide = {cell.text: cell.width.mm for cell in table.rows[0].cells}
    assert sum(wide.values()) == pytest.approx(297 - 2 * 14, abs=1), "the whole breadth and no more"
    assert wide["序号"] < wide["户主"] < wide["县级审定意见"], "who signs has room"
    row = {head.text: cell.text for head, cell in zip(table.rows[0].cells, table.rows[1].cells, strict=True)}
    assert re.fullmatch("20[^\n]+日\n– 20[^\n]+日", row["公示期"]), "each day on a line of its own"
    assert re.search("\n20.*日$", row["入户核实"])
    for name in ("公示期", "入户核实", "民主评议"):
        assert wide[name] > 14 * 9 * 0.5 / 72 * 25.4 + 4, "a day of fourteen half letters stands on one line"


@pytest.mark.unlisted(HOME)
def test_an_identity_number_stands_on_one_line_and_figures_on_the_right_in_word(
    small_county: County, case_id: str
) -> None:
    office = browser(small_county, "county")
    form: Any = Document(io.BytesIO(office.get(f"{papers_of(small_county, case_id)[0]}?as=docx").data))
    [members] = [table for table in form.tables if table.rows[0].cells[0].text == "姓名"]
    wide = {cell.text: cell.width.mm for cell in members.rows[0].cells}
    assert wide["证件号码"] > 18 * 10.5 * 0.5 / 72 * 25.4 + 4
    assert wide["性别"] > 2 * 10.5 / 72 * 25.4 + 4, "a short head is not broken"
    bulletin: Any = Document(io.BytesIO(office.get("/bulletin?as=docx").data))
    places = bulletin.tables[0]
    assert [cell.paragraphs[0].alignment for cell in places.rows[-1].cells] == [None, *[WD_ALIGN_PARAGRAPH.RIGHT] * 5]


def test_a_household_without_bills_has_no_relief_sheet_and_is_told_so(small_county: County) -> None:
    path = f"/households/{small_county.households[HOME]}/relief"
    for form in ("docx", "pdf"):
        answer = browser(small_county, "cadre").get(f"{path}?as={form}")
        assert answer.status_code in (200, 501)
    assert "还没有能算的票据" in words(browser(small_county, "cadre").page(f"{path}?as=docx"))
    assert browser(small_county, "town2").get(f"{path}?as=docx").status_code == 403


@pytest.mark.unlisted(HOME)
def test_who_waits_for_the_county_stands_on_the_list_and_then_in_its_month(small_county: County, case_id: str) -> None:
    office = browser(small_county, "county")
    climb(small_county, case_id, 6)
    waiting = words(office.page("/approvals"))
    for told in ("拟纳入防止返贫监测对象名单", "陈大一", "堰垭村", "因病", "到会 24，同意 20", "情况属实", "1 户 2 人"):
        assert told in waiting, told
    assert "没有等待县级审定的农户" in words(browser(small_county, "town2").page("/approvals"))
    assert browser(small_county, "town").get("/approvals?region=420626102").status_code == 403
    then = clock.now() - timedelta(days=13)
    do(small_county, case_id, "advance", "county", then)
    assert "没有等待县级审定的农户" in words(office.page("/approvals"))
    month = f"{china_day(then):%Y-%m}"
    approved = words(office.page(f"/approvals?month={month}"))
    for told in ("防止返贫监测对象审定表", "防止返贫致贫对象", "陈大一"):
        assert told in approved, told
    page = office.page(f"/approvals?month={month}")
    assert re.search(r'<span class="code">20[^<]*</span>\n<span class="code">– 20', page), (
        "no line is broken within a day"
    )


@pytest.mark.parametrize("asked_for", ["as=exe", "region=42062610720", "month=1900-01", "day=2199-12-31"])
def test_what_makes_no_sense_breaks_nothing(small_county: County, asked_for: str) -> None:
    office = browser(small_county, "county")
    for path in ("/approvals", "/notices"):
        assert office.get(f"{path}?{asked_for}").status_code in (200, 404)


@pytest.mark.usefixtures("paper")
def test_a_file_says_how_much_of_the_ledger_is_not_on_paper(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    visited(small_county, HOME, "cadre", clock.now())
    office, path = browser(small_county, "county"), f"/households/{small_county.households[HOME]}?as=pdf"
    assert "没有印" not in printed(office.get(path).data)
    monkeypatch.setattr(file_page, "PRINTED", 1)
    assert "这里印了1条" in printed(office.get(path).data)


@pytest.mark.usefixtures("paper")
def test_on_paper_no_line_begins_with_a_stop_and_no_page_ends_with_a_head(small_county: County) -> None:
    for days in range(12, 0, -1):
        visited(small_county, HOME, "cadre", clock.now() - timedelta(days=days))
    path = f"/households/{small_county.households[HOME]}?as=pdf"
    pages = PdfReader(io.BytesIO(browser(small_county, "county").get(path).data)).pages
    lines = [[line.strip() for line in page.extract_text().splitlines() if line.strip()] for page in pages]
    assert len(pages) > 3
    assert not [line for several in lines for line in several if line.startswith("；")]
    assert not [line for several in lines for line in several if line.startswith("医疗费") and "·" in line]
    bodies = [[line for line in several if not line.startswith(("打印于", "第"))] for several in lines]
    assert not [body[-1] for body in bodies if "回执" in body[-1] or body[-1] == "干部走访摸排"]


@pytest.mark.unlisted(HOME)
def test_a_list_of_many_costs_no_more_statements(small_county: County, case_id: str) -> None:
    office = browser(small_county, "county")
    climb(small_county, case_id, 6)
    office.page("/approvals")
    with statements(small_county) as few:
        office.page("/approvals")
    second_case(small_county)
    with statements(small_county) as more:
        assert "2 户" in words(office.page("/approvals"))
    assert len(more) == len(few)


def second_case(county: County) -> None:
    """Another household of the village, as far as the county's word."""
    roster: Any = {k: v for k, v in household(HOME, 7).items() if k not in ("kind", "identified_on")}
    in_county(county, lambda session: enrol(session, [roster | {"risk_factors": []}], "county", clock.now()))
    first = county.households[HOME]
    with county.app.app_context():
        other = db.session.scalar(db.select(Household.id).where(Household.number == "H0007"))
    assert other
    county.households[HOME] = other
    then = clock.now() - timedelta(days=20)
    case_id = opened(county, HOME, "cadre", then)
    visited(county, HOME, "cadre", then)
    climb(county, case_id, 6)
    county.households[HOME] = first


@pytest.mark.usefixtures("paper")
def test_the_files_of_a_region_are_printed_at_once_by_who_may_see_them(small_county: County, tmp_path: Path) -> None:
    run = small_county.app.test_cli_runner().invoke
    out = tmp_path / "files"
    told = run(args=["print", "files", "--region", HOME, "--as", "cadre", "--out", str(out)])
    assert told.exit_code == 0, told.output
    [file] = out.iterdir()
    assert "陈大一" in printed(file.read_bytes())
    for who, region in (("cadre", "420626107205"), ("medical", HOME), ("nobody", HOME)):
        assert run(args=["print", "files", "--region", region, "--as", who, "--out", str(out)]).exit_code == 1
    assert run(args=["staff", "end", "cadre"]).exit_code == 0
    assert run(args=["print", "files", "--region", HOME, "--as", "cadre", "--out", str(out)]).exit_code == 1


@pytest.mark.parametrize("form", ["application", "consent"])
def test_a_paper_is_in_chinese_whoever_reads_the_page_around_it(small_county: County, form: str) -> None:
    office, path = browser(small_county, "county"), f"/households/{small_county.households[HOME]}/{form}"
    chinese = office.page(path)
    office.set_cookie("field_language", "en")
    english = office.page(path)
    papers = [page[page.index("<article") : page.rindex("</article>")] for page in (chinese, english)]
    assert papers[0] == papers[1]
    assert '<html lang="en"' in english
    assert '<div lang="zh-CN">' in english
    word = Document(io.BytesIO(office.get(f"{path}?as=docx").data))
    written = "".join(one.text for one in word.paragraphs)
    assert "防止返贫" in written
    assert "yuan" not in written
