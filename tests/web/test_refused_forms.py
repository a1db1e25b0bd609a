"""退回的表单: whichever form is refused, each fault stands at its field and on top, and what was written is still there."""

from typing import Any, NamedTuple

import pytest
from lxml import html  # type: ignore[import-untyped]
from lxml.html import FormElement, HtmlElement, InputElement  # type: ignore[import-untyped]
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from field.problems import Problem
from field.web.form_marks import marked
from field.web.shown_again import shown_again
from tests.county import County
from tests.test_gate import Ground
from tests.web.office import Browser, browser

HOME = "420626107204"
ELSEWHERE = {"/login", "/logout", "/households", "/merging/find", "/receipt", "/acting", "/declare"}
"""Forms that ask for nothing that is kept: who one is, and what one looks for."""
OF_THE_CASE = {"", "conditions", "action", "consents", "photos"}
"""What is at fault of the household or the case, and not of a field."""
NONSENSE = {"text": "不知道", "textarea": "不", "date": "2999-01-01", "number": "-1", "tel": "12", "search": "不知道"}
PAGES = (
    "/cases", "/cases/{case}", "/households/{household}/plan", "/partners", "/partners/{partner}", "/fund/{region}",
    "/fund/{gift}", "/fund/for/{household}", "/fund/applications/{wish}", "/households/{household}/relief",
    "/long-term/{household}", "/people/{person}/correction", "/people/{person}/numbers", "/leads", "/messages/{nobodys}",
    "/bindings/{household}", "/doubtful", "/held", "/handover", "/deputies", "/reminders", "/checkins", "/imports",
    "/filling", "/filling/conflicts", "/exports/new", "/exports/package", "/merging", "/screening",
    "/households/{household}/photographs/{digest}",
)  # fmt: skip
REFUSED = {
    "county": {"/cases/{case}", "/partners", "/partners/{partner}", "/partners/ties/{tie}", "/long-term/{household}",
               "/people/{person}/numbers", "/exports", "/reminders", "/deputies", "/imports", "/filling"},
    "town": {"/cases", "/fund/{region}", "/households/{household}/plan", "/people/{person}/correction", "/fund/{gift}",
             "/households/{household}/relief", "/filling/conflicts/{contested}", "/messages/{nobodys}/attach",
             "/leads/{lead}", "/doubtful/{listed}/1"},
    "cadre": {"/fund/for/{household}", "/fund/{region}"},
    "medical": {"/screening"},
}  # fmt: skip


class Sent(NamedTuple):
    """One form as it was sent, and what came back."""

    form: FormElement
    fields: MultiDict[str, str]
    answer: TestResponse


def a_form(page: str, at: str) -> FormElement:
    """A form of a page, by where it goes."""
    forms = [one for one in html.fromstring(page).forms if one.get("method") == "post"]
    form: FormElement = next(one for one in forms if one.get("action", at) == at)
    return form


def written_in(form: FormElement, empty: bool) -> MultiDict[str, str]:
    """What somebody writes who leaves all empty, or writes into each field what cannot be."""
    fields: MultiDict[str, str] = MultiDict()
    for one in form.iter("input", "select", "textarea"):
        kind = one.get("type", "text") if one.tag == "input" else one.tag
        if kind == "hidden":
            fields.add(one.get("name"), one.get("value", ""))
        elif kind in NONSENSE and one.get("name"):
            fields.add(one.get("name"), "" if empty else NONSENSE[kind])
    return fields


def sendings(visitor: Browser, path: str) -> list[Sent]:
    """Every form of a page that keeps something, sent empty and with nonsense, once with each of its buttons."""
    page, several = visitor.get(path), []
    if page.status_code != 200:
        return []
    for form in html.fromstring(page.text).forms:
        to = form.get("action") or path.partition("?")[0]
        if form.get("method") != "post" or to in ELSEWHERE:
            continue
        buttons = form.findall(".//button")
        for empty in (True, False):
            for button in buttons:
                fields = written_in(form, empty)
                if button.get("name"):
                    fields.add(button.get("name"), button.get("value", ""))
                goes = button.get("formaction") or to
                answer = visitor.post(goes, data=fields, headers={"Referer": f"http://localhost{path}"})
                form.set("action", to)
                several.append(Sent(form, fields, answer))
    return several


def still_there(visitor: Browser, path: str, form: FormElement) -> bool:
    """Whether the form stands on its page yet: what was decided by one button is not decided by the next."""
    forms = html.fromstring(visitor.page(path)).forms
    return form.get("action") in {one.get("action") or path.partition("?")[0] for one in forms}


def look_through(sent: Sent, told: dict[str, str]) -> None:
    """Nothing that a field is at fault of may be told only on top, and nothing that was written may be gone."""
    page = html.fromstring(sent.answer.text)
    where = (sent.form.get("action"), dict(sent.fields))
    [box] = page.xpath("//*[@role='alert' and contains(@class, 'faults')]")
    lines = box.findall(".//li")
    assert lines, where
    for line in lines:
        link = line.find("a")
        if link is None:
            assert told[line.text_content()].partition(".")[0] in OF_THE_CASE, (where, line.text_content(), told)
            continue
        [control] = page.xpath("//*[@id=$id]", id=link.get("href")[1:])
        assert control.get("aria-invalid") == "true", where
        [words] = page.xpath("//*[@id=$id]", id=control.get("aria-describedby"))
        assert words.text_content() in line.text_content(), where
        assert "wrong" in words.get("class"), "red"
        assert not [one for one in control.iterancestors("details") if one.get("open") is None], "folded away"
    again = form_of(page)
    for name in sent.fields:
        if name not in ("csrf_token", "key", "expected", "seen") and (here := shown(again, name)):
            assert set(here) == {*sent.fields.getlist(name)}, (where, name)


def form_of(page: HtmlElement) -> FormElement:
    """The one form that says where it stood."""
    [carried] = page.xpath("//input[@name='form_page']")
    form: FormElement = next(carried.iterancestors("form"))
    return form


def shown(form: FormElement, name: str) -> list[str]:
    """What stands in the fields that can be written in."""
    there = [one for one in form.inputs if one.get("name") == name]
    typed = [one for one in there if one.tag == "textarea" or (isinstance(one, InputElement) and one.type in NONSENSE)]
    return [(one.value or "").lstrip("\n") if one.tag == "textarea" else one.get("value", "") for one in typed]


@pytest.mark.parametrize("username", REFUSED)
def test_every_form_of_the_office_that_is_refused_says_so_at_its_fields(
    small_county: County, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = dict(Ground(small_county).of(HOME))
    visitor, refused = browser(small_county, username), set[str]()
    told: dict[str, str] = {}

    def heard(problem: Problem) -> Any:
        told.update({str(one["message"]): str(one["field"]) for one in problem.errors})
        return shown_again(problem)

    monkeypatch.setattr("field.web.shown_again", heard)
    for pattern in PAGES:
        for sent in sendings(visitor, pattern.format(**ground)):
            assert sent.answer.status_code < 500, sent.form.get("action")
            if sent.answer.status_code == 422 and still_there(visitor, pattern.format(**ground), sent.form):
                look_through(sent, told)
                refused.add(sent.form.get("action"))
    wanted = {path.format(**ground) for path in REFUSED[username]}
    assert wanted - refused == set(), "nothing was refused here, so nothing was seen"


ALONE = [
    ("town", "/held", "/held/{held}", {"verdict": "return"}, "reason"),
    ("town", "/leads?state=all", "/leads/{wrong}/detach", {}, "note"),
    ("town", "/bindings/{household}", "/bindings/contacts/{claimed}/revoke", {}, "note"),
    ("county", "/exports/package", "/exports/package", {"personal": "yes"}, "reason"),
    ("county", "/households/{household}/photographs/{digest}", "/households/{household}/photographs/{digest}", {}, "reason"),
]  # fmt: skip


@pytest.mark.parametrize(("username", "there", "to", "more", "field"), ALONE, ids=[one[2] for one in ALONE])
def test_a_form_that_is_refused_for_one_thing_marks_it_where_it_stands(
    small_county: County, username: str, there: str, to: str, more: dict[str, str], field: str
) -> None:
    ground, visitor = dict(Ground(small_county).of(HOME)), browser(small_county, username)
    there, to = there.format(**ground), to.format(**ground)
    fields = written_in(a_form(visitor.page(there), to), empty=True)
    answer = visitor.post(to, data={**fields.to_dict(), **more}, headers={"Referer": f"http://localhost{there}"})
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert {one.get("name") for one in page.xpath("//*[@aria-invalid]")} == {field}
    assert form_of(page).fields["form_page"] == there


PAGE = """<!doctype html><title>x</title><main id="page"><h1>名册</h1>
<form method="post" action="/a"><input type="hidden" name="of" value="1"><label>说明<input name="note" value="旧的"></label></form>
<details><summary>二</summary><form method="post" action="/a"><input type="hidden" name="of" value="2">
<label>说明（可以不填）<input name="note" value="旧的"></label>
<label>种类<select name="kind"><option value="a" selected>甲</option><option value="b">乙</option></select></label>
<fieldset><legend>风险点</legend><label><input type="checkbox" name="risk" value="x" checked>病</label>
<label><input type="checkbox" name="risk" value="y">残</label></fieldset>
<label>密码<input type="password" name="password"></label>
<label>经过<textarea name="told">旧的</textarea></label></form></details></main>"""


def again(faults: list[tuple[str, str]], **sent: Any) -> HtmlElement:
    """The page after the second form was refused."""
    told = [{"field": field, "message": message} for field, message in faults]
    page = marked(PAGE, "/here?page=2", "/a", MultiDict({"of": "2", **sent}), told)
    assert page is not None
    return html.fromstring(page)


def test_only_the_form_that_was_sent_is_marked_and_it_is_opened(county: County) -> None:
    with county.app.test_request_context():
        page = again([("note", "太短")], note="新的")
    first, second = page.forms
    assert first.fields["note"] == "旧的"
    assert second.fields["note"] == "新的"
    assert second.fields["form_page"] == "/here?page=2"
    assert page.find(".//details").get("open") is not None
    assert [one.get("name") for one in page.xpath("//*[@aria-invalid]")] == ["note"]


def test_choices_and_ticks_stand_as_they_were_sent_and_a_password_never_does(county: County) -> None:
    with county.app.test_request_context():
        page = again([("kind", "不对")], kind="b", risk=["y"], told="第一行\n<b>第二行</b>", password="春风")
    form = page.forms[1]
    assert form.fields["kind"] == "b"
    assert [one.get("value") for one in form.xpath(".//input[@checked]")] == ["y"]
    assert form.fields["told"].strip() == "第一行\n<b>第二行</b>"
    assert form.fields["password"] is None
    assert page.find(".//b[.='第二行']") is None, "what was written is no mark-up"


def test_what_is_wrong_with_a_whole_group_stands_under_its_name(county: County) -> None:
    with county.app.test_request_context():
        page = again([("risk_factors.0", "没有这个选项"), ("", "今天不能办")])
    assert len(page.xpath("//*[@name='risk' and @aria-invalid]")) == 2
    assert page.find(".//legend").getnext().text_content() == "没有这个选项"
    assert [one.text_content() for one in page.findall(".//li")] == ["今天不能办", "风险点：没有这个选项"]


def test_a_page_on_which_the_form_stands_no_more_is_not_shown_for_it() -> None:
    assert marked(PAGE, "/here", "/b", MultiDict(), [{"field": "note", "message": "太短"}]) is None
    assert marked("<p>没有表单", "/here", "/a", MultiDict(), [{"field": "note", "message": "太短"}]) is None


def test_a_form_that_asks_for_something_else_at_the_same_address_is_not_taken_for_it(small_county: County) -> None:
    visitor, home = browser(small_county, "county"), small_county.households[HOME]
    fields = {"csrf_token": visitor.token, "household": home, "personal": "yes"}
    there = f"/exports/package?household={home}"
    one = visitor.post("/exports/package", data=fields, headers={"Referer": f"http://localhost{there}"})
    assert form_of(html.fromstring(one.text)).fields["household"] == home
    blind = visitor.post("/exports/package", data=fields)
    assert (blind.status_code, "form_page" in blind.text) == (422, False), (
        "the page at that address is of all households"
    )
    assert "至少 2 个字" in blind.text


def test_a_form_that_is_refused_twice_is_twice_shown_on_its_own_page(small_county: County) -> None:
    ground, office = dict(Ground(small_county).of(HOME)), browser(small_county, "county")
    there, to = f"/partners/{ground['partner']}", f"/partners/ties/{ground['tie']}"
    fields = written_in(a_form(office.page(there), to), empty=True)
    first = office.post(to, data=fields, headers={"Referer": f"http://localhost{there}"})
    fields = written_in(a_form(first.text, to), empty=True)
    second = office.post(to, data=fields, headers={"Referer": f"http://localhost{to}"})
    for answer in (first, second):
        assert answer.status_code == 422
        assert html.fromstring(answer.text).xpath("//*[@aria-invalid]")


@pytest.mark.parametrize(
    ("referer", "said"),
    [
        ("https://elsewhere.example/cases", "//elsewhere"), ("http://localhost//elsewhere", "//elsewhere"),
        ("nonsense", ""), ("", "/\t/[elsewhere"), ("http://[elsewhere", "/\n/[elsewhere]"),
    ],
)  # fmt: skip
def test_where_a_form_came_from_is_believed_only_of_our_own_pages(
    small_county: County, referer: str, said: str
) -> None:
    office = browser(small_county, "county")
    sent = {"csrf_token": office.token, "number": "nobody", "note": "名册上有", "form_page": said}
    answer = office.post("/cases", data=sent, headers={"Referer": referer})
    assert answer.status_code == 422
    assert form_of(html.fromstring(answer.text)).fields["form_page"] == "/cases", "the page at its own address"
