"""语言: whoever chose English reads English, everybody else Chinese; what people wrote and what leaves the house stays."""

import re

import pytest

from field import clock
from field.codes import Kind, Role
from field.labels import Labelled, Word
from field.monitoring.screening.concerned import _stage
from field.sentences import Sentence, Series
from field.web import catalogue
from field.web.entry_words import content
from field.web.sharing_words import cells
from field.web.visit_words import sections
from tests.county import County
from tests.web.office import browser


def test_the_office_speaks_chinese_until_somebody_chooses(small_county: County) -> None:
    page = browser(small_county).get("/login", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="zh-CN">' in page
    assert ">登录<" in page
    assert '<a class="tongue" lang="en" href="/language/en?next=/login?">English</a>' in page


def test_a_choice_leads_back_to_the_page_and_stays(small_county: County) -> None:
    person = browser(small_county, "county")
    answer = person.get("/language/en?next=/households?kind=any")
    assert (answer.status_code, answer.location) == (303, "/households?kind=any")
    page = person.get("/households").text
    assert '<html lang="en">' in page
    assert ">Find a person or household<" in page
    assert "HttpOnly" not in answer.headers["Set-Cookie"]  # the phone form reads it too
    person.get("/language/zh")
    assert '<html lang="zh-CN">' in person.get("/households").text


@pytest.mark.parametrize("onward", ["https://elsewhere.invalid/", "//elsewhere.invalid", "/\\elsewhere.invalid"])
def test_a_choice_leads_nowhere_else(small_county: County, onward: str) -> None:
    assert browser(small_county).get("/language/en", query_string={"next": onward}).location == "/"


def test_there_is_no_third_language(small_county: County) -> None:
    assert browser(small_county).get("/language/fr").status_code == 404


def test_codes_are_said_in_english_and_what_people_wrote_never_is(small_county: County) -> None:
    with small_county.app.test_request_context(headers={"Cookie": "field_language=en"}):
        show = small_county.app.jinja_env.from_string(
            "{{ one }}|{{ _('%(step)s：%(done)s', step=one, done=1) }}"
        ).render
        assert show(one=Kind.MARGINAL.label) == "On the edge of poverty|On the edge of poverty: 1"
        assert show(one="边缘易致贫户") == "边缘易致贫户|边缘易致贫户: 1"
        assert catalogue.in_a_row([Kind.MARGINAL.label, "堰垭村"]) == "On the edge of poverty, 堰垭村"
        assert catalogue.word_said(Word("")) == ""
    assert catalogue.in_a_row([Kind.MARGINAL.label, "堰垭村"]) == "边缘易致贫户、堰垭村"


def test_a_refusal_is_told_in_english_to_who_chose_it_and_in_chinese_to_programs(small_county: County) -> None:
    person = browser(small_county, "county")
    person.get("/language/en")
    assert ">Not found<" in person.get("/households/not-there").text
    assert person.get("/api/households/not-there").get_json()["title"] == "Not found"
    assert small_county.client("county").get("/api/households/not-there").get_json()["title"] == "没有找到"


def test_a_sentence_with_figures_is_filled_in_in_the_language_in_which_it_is_said(small_county: County) -> None:
    wrong = small_county.visit(evidence=[])
    wrong["income"] |= {"wages": "很多"}
    cadre = small_county.client("cadre")
    refused = cadre.post("/api/visits", json=wrong).get_json()
    assert refused["errors"] == [{"field": "income.wages", "message": "工资性收入请填数字"}]
    cadre.set_cookie("field_language", "en")
    refused = cadre.post("/api/visits", json=wrong).get_json()
    assert refused["errors"] == [{"field": "income.wages", "message": "Wages: please fill in a number"}]


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("定位离这户登记的位置约 1.2 公里。", "The place is about 1.2 km from that of the household."),
        ("照片拍摄时间与走访时间相差 3 小时。", "A photograph was taken 3 hours from the time of the visit."),
        ("医保局报送2026年11月2日的大额医疗费，自付38,000.00元",
         "医保局 reports of 2026-11-02: Large medical bill, 38,000.00 yuan paid oneself"),
        ("老婆住院，花了三万多", "老婆住院，花了三万多"),
        ("约定好了", "约定好了"),
    ],
)  # fmt: skip
def test_a_sentence_of_which_the_text_was_kept_is_read_in_english(small_county: County, kept: str, read: str) -> None:
    with small_county.app.test_request_context(headers={"Cookie": "field_language=en"}):
        assert catalogue.said(kept) == read
    with small_county.app.test_request_context():
        assert catalogue.said(kept) == kept


def test_a_sentence_that_names_a_figure_twice_is_found_again_by_its_words(
    small_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = "{name}已满{years}岁，请{name}到村里来"
    known = {template: "{name} is {years} now: please have {name} come"}
    monkeypatch.setattr(catalogue.english(), "_catalog", known)
    catalogue._shapes.cache_clear()
    try:
        with small_county.app.test_request_context(headers={"Cookie": "field_language=en"}):
            kept = str(Sentence(template, name="陈大一", years=60))
            assert catalogue.said(kept) == "陈大一 is 60 now: please have 陈大一 come"
            assert catalogue.said("陈大一已满60岁，请陈大二到村里来") == "陈大一已满60岁，请陈大二到村里来"
    finally:
        catalogue._shapes.cache_clear()


def test_a_row_of_words_has_the_marks_of_its_language(small_county: County) -> None:
    refused = Sentence("这一步由{who}办理", who=Series([Role.TOWN.label, Role.COUNTY.label]))
    assert refused == "这一步由乡镇、县办理"
    with small_county.app.test_request_context(headers={"Cookie": "field_language=en"}):
        assert catalogue.said(refused) == "This step is done by: Town, County"


def test_what_a_page_is_made_of_is_said_in_english_as_well(small_county: County) -> None:
    why = "2025 年 10 月 至 2026 年 9 月，家里 2 口人，人均纯收入 5,700 元，监测范围是 9,000 元。近一年看病自己付了 30,700 元。"
    shown = {"kind": "unstable", "people": [{"name": "陈大一", "relation": "之女", "health": "健康"}]}
    changed = {"members": [{"person_id": "x", "relation": "配偶"}], "informant": "邻居"}

    def told() -> str:
        lines = [line.text for cell in cells(shown) for line in cell.lines]
        parts = [*content("warning", {"note": why, "grade": "red"}, {}), *sections(changed, {"x": "陈大二"})]
        lines += [line.text for part in parts for line in part.lines]
        return "|".join([*lines, str(catalogue.word_said(_stage(None, None, None, clock.now())))])

    with small_county.app.test_request_context(headers={"Cookie": "field_language=en"}):
        english = told()
    assert not re.search("[\u4e00-\u9fff]", re.sub("陈大[一二]", "", english)), english
    with small_county.app.test_request_context():
        chinese = told()
    for word in ("脱贫不稳定户", "陈大一 · 之女 · 健康", why, "配偶", "邻居", "等上门核实"):
        assert word in chinese


def test_no_code_is_without_its_english() -> None:
    known = set(catalogue.english()._catalog)
    silent = [label for kind in Labelled.__subclasses__() for label in kind.labels().values() if label not in known]
    assert [label for label in silent if re.search("[\u4e00-\u9fff]", label)] == []


def test_what_is_sent_by_a_phone_reads_no_language(small_county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("field.web.language.LANGUAGES", None)
    assert small_county.client("cadre").post("/api/visits", json=small_county.visit(evidence=[])).status_code == 201
