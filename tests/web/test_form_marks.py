"""栏上的错: at which control a fault stands, and what of a refused form stands in its page again."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]
from werkzeug.datastructures import MultiDict

from field.web.form_marks import marked
from tests.county import County


@pytest.fixture(autouse=True)
def _asked_in_chinese(small_county: County) -> Iterator[None]:
    with small_county.app.test_request_context():
        yield


def written(form: str, faults: list[tuple[str, str]], sent: dict[str, Any], to: str = "/a", around: str = "") -> str:
    """The text of a page with one form, or with more around it, after the form was refused."""
    page = f'<main>{around}<form method="post" action="/a">{form}</form></main>'
    told = [{"field": field, "message": message} for field, message in faults]
    text = marked(page, "/here", to, MultiDict(sent), told)
    assert text is not None
    return text


def refused(form: str, *faults: tuple[str, str], to: str = "/a", around: str = "", **sent: Any) -> HtmlElement:
    """The same, read."""
    return html.fromstring(written(form, list(faults), sent, to, around))


def at_fault(page: HtmlElement) -> list[str]:
    """The controls that are marked, by name and value."""
    return [f"{one.get('name')}={one.get('value', '')}" for one in page.xpath("//*[@aria-invalid]")]


ASKED = """<input name="income.wages"><input name="income.wages.note"><input name="income">
<input name="incomes"><label>病<input type="checkbox" name="kind" value="a"></label>
<label>残<input type="checkbox" name="kind" value="b"></label><input type="hidden" name="seen" value="1">"""


@pytest.mark.parametrize(
    ("field", "marks"),
    [
        ("income.wages", ["income.wages=", "income.wages.note="]),
        ("income.wages.note", ["income.wages.note="]),
        ("income.wages.cents.2", ["income.wages=", "income.wages.note="]),
        ("income", ["income.wages=", "income.wages.note=", "income="]),
        ("incomes", ["incomes="]),
        ("kind", ["kind=a", "kind=b"]),
        ("kind.b", ["kind=b"]),
        ("kind.c", ["kind=a", "kind=b"]),
        ("kind.b.since", ["kind=b"]),
        ("seen", []),
        ("inco", []),
        ("", []),
    ],
)
def test_a_fault_stands_at_the_nearest_part_of_its_name_that_the_form_asks_for(field: str, marks: list[str]) -> None:
    page = refused(ASKED, (field, "不对"))
    assert at_fault(page) == marks
    assert len(page.xpath("//*[@class='wrong']")) == bool(marks)
    assert [one.text_content().rpartition("：")[2] for one in page.findall(".//li")] == ["不对"]


def test_several_faults_of_one_field_are_told_together_and_the_same_one_once() -> None:
    page = refused("<label>数<input name='n'></label>", ("n", "太大"), ("n.0", "不是数"), ("n", "太大"))
    assert [one.text_content() for one in page.findall(".//li")] == ["数：太大；不是数"]
    assert [one.text_content() for one in page.xpath("//*[@class='wrong']")] == ["太大；不是数"]


def test_a_control_keeps_the_name_that_its_page_knows_it_by() -> None:
    text = written('<label>数<input id="n-1" name="n"></label>', [("n", "太大")], {})
    assert (text.count(' id="n-1"'), text.count('href="#n-1"')) == (1, 1)


CHOICES = """<input type="radio" name="how" value="a" checked><input type="radio" name="how" value="b">
<input type="checkbox" name="risk" value="x" checked><input type="checkbox" name="risk" value="y">
<input type="checkbox" name="agreed" checked>"""


@pytest.mark.parametrize(
    ("sent", "on"),
    [
        ({"how": "b", "risk": ["y"]}, ["how=b", "risk=y"]),
        ({"how": "a", "risk": ["x", "y"], "agreed": "on"}, ["how=a", "risk=x", "risk=y", "agreed="]),
        ({}, []),
    ],
)
def test_what_was_ticked_is_ticked_and_nothing_else(sent: dict[str, Any], on: list[str]) -> None:
    page = refused(CHOICES, **sent)
    assert [f"{one.get('name')}={one.get('value', '')}" for one in page.xpath("//input[@checked]")] == on


@pytest.mark.parametrize(("sent", "chosen"), [({"kind": "乙"}, "乙"), ({"kind": "丙"}, "a"), ({}, "a")])
def test_a_choice_that_the_page_no_longer_offers_leaves_what_stood(sent: dict[str, str], chosen: str) -> None:
    form = '<select name="kind"><option value="a" selected>甲</option><option> 乙 </option></select>'
    assert [one.get("value", one.text.strip()) for one in refused(form, **sent).xpath("//option[@selected]")] == [
        chosen
    ]


@pytest.mark.parametrize("told", ["第一行", "\n第二行", "</textarea><script>alert(1)</script>", "a\0b"])
def test_what_was_written_at_length_stands_as_it_was_written(told: str) -> None:
    text = written('<textarea name="told">旧的</textarea>', [], {"told": told})
    content = text.partition('<textarea name="told">')[2].partition("</textarea>")[0]
    assert content[:1] == "\n", "which every browser leaves out"
    assert html.fromstring(f"<p>{content[1:]}</p>").text_content() == told.replace("\0", "")
    assert "<script" not in text


def test_what_was_not_sent_stands_as_it_stood_and_of_several_the_first() -> None:
    page = refused('<input name="a" value="1"><input name="b" value="2">', b=["3", "4"])
    assert [one.get("value") for one in page.xpath("//input[@name='a' or @name='b']")] == ["1", "3"]


def test_no_value_is_written_twice_into_one_control() -> None:
    assert '<input value="3" name="b">' in written('<input name="b" value="2">', [], {"b": "3"})


@pytest.mark.parametrize("kind", ["hidden", "password", "file", "submit"])
def test_what_the_page_renews_or_nobody_may_see_is_not_as_it_was_sent(kind: str) -> None:
    page = refused(f'<input type="{kind}" name="key" value="new">', key="old")
    assert [one.get("value") for one in page.xpath("//input[@name='key']")] == ["new"]


@pytest.mark.parametrize(("folded", "opened"), [("<details>", 1), ("<details open>", 1), ("<details></details>", 0)])
def test_a_form_that_is_folded_away_is_opened_once(folded: str, opened: int) -> None:
    text = written('<input name="n">', [("n", "太大")], {"n": "9"}, around=folded)
    assert text.count(" open") == opened


ALIKE = """<input type="hidden" name="key" value="{key}"><input type="hidden" name="of" value="{of}">
<input type="hidden" name="{more}" value="1"><input name="n">"""


def test_which_of_several_forms_was_sent_is_told_by_what_it_carries_and_not_by_what_is_renewed() -> None:
    other = f'<form method="post" action="/a">{ALIKE.format(key="k1", of="1", more="x")}</form>'
    page = refused(ALIKE.format(key="k2", of="2", more="x"), ("n", "太大"), around=other, key="k1", of="2", n="9")
    assert [one.get("value") for one in page.xpath("//input[@name='n']")] == [None, "9"]


def test_a_form_that_carries_what_was_not_sent_is_not_the_one() -> None:
    other = '<form method="post" action="/a"><input type="hidden" name="of" value="1"><input name="n"></form>'
    page = refused('<input name="n">', ("n", "太大"), around=other, n="9")
    assert [one.get("value") for one in page.xpath("//input[@name='n']")] == [None, "9"]


@pytest.mark.parametrize("more", [{"csrf_token": "t"}, {"form_page": "/x"}, {"empty": ""}])
def test_what_every_form_may_carry_tells_no_form_from_another(more: dict[str, str]) -> None:
    assert at_fault(refused('<input name="n">', ("n", "太大"), n="9", **more)) == ["n=9"]


def test_a_button_may_send_its_form_elsewhere() -> None:
    page = refused('<input name="n"><button formaction="/b">退回</button>', ("n", "太大"), to="/b", n="9")
    assert at_fault(page) == ["n=9"]


def test_a_form_that_only_searches_is_never_taken_for_the_one_that_was_sent() -> None:
    page = refused('<input name="n">', ("n", "太大"), around='<form action="/a"><input name="n"></form>', n="9")
    assert [one.get("value") for one in page.xpath("//input[@name='n']")] == [None, "9"]


def test_a_page_without_a_main_part_is_not_shown_again() -> None:
    page = '<form method="post" action="/a"><input name="n"></form>'
    assert marked(page, "/here", "/a", MultiDict({"n": "9"}), []) is None
