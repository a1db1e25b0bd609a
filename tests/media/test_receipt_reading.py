"""识读: the turn in which a paper is read, and RapidOCR itself on made receipts, offline, in a process of its own."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from benchmarks.made_receipts import FONTS, photographed, receipt
from field.media import receipt_reading
from field.media.receipt import propose
from tests.conftest import not_here
from tests.media.pictures import saved, scene

TODAY = date(2026, 12, 31)
RED = (255, 0, 0)


@pytest.fixture
def _extra() -> None:
    if not receipt_reading.installed():
        not_here("the extra for receipts is not installed (pip install -r requirements-ocr.txt)")
    if not (FONTS / "NotoSansCJK-Regular.ttc").is_file():
        not_here("there is no Chinese type to print receipts with (Debian: apt install fonts-noto-cjk)")


def paper() -> Image.Image:
    """A lying sheet whose first corner is red."""
    sheet = Image.new("RGB", (40, 20), "white")
    sheet.putpixel((0, 0), RED)
    return sheet


class Reader:
    """A reader that reads well what is upright, badly what is upside down, and in tall boxes what lies."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, picture: Image.Image) -> Any:
        self.times += 1
        width, height = (200, 20) if picture.width > picture.height else (20, 200)
        upright = picture.getpixel((0, 0)) == RED and width > height
        boxes = [
            [(0, top), (width, top + 10), (width, top + height + 10), (0, top + height)] for top in range(0, 800, 100)
        ]
        texts = ["个人自付：1.00" if upright else "WUH"] * len(boxes)
        return SimpleNamespace(boxes=boxes, txts=texts, scores=[0.99 if upright else 0.6] * len(boxes))


@pytest.mark.parametrize(("turn", "times"), [(0, 1), (180, 2), (90, 3), (270, 2)])
def test_a_paper_is_turned_until_it_can_be_read_and_no_further(turn: int, times: int) -> None:
    reader = Reader()
    lines = receipt_reading.turned(paper().rotate(turn, expand=True), reader, lambda: True)
    assert ({one.text for one in lines}, reader.times) == ({"个人自付：1.00"}, times)
    assert {one.bottom - one.top for one in lines} == {20}, "the slant is taken out"


def test_without_time_a_paper_is_not_turned() -> None:
    reader = Reader()
    lines = receipt_reading.turned(paper().rotate(180), reader, lambda: False)
    assert ({one.text for one in lines}, reader.times) == ({"WUH"}, 1)


@pytest.mark.usefixtures("_extra")
@pytest.mark.parametrize("grade", ["clean", "turned by 90°"])
def test_a_receipt_is_read_upright_and_lying(grade: str) -> None:
    one = receipt(3)
    found = propose(receipt_reading.read(photographed(one, grade, 3)), TODAY)
    told = (found.hospital, found.issued_on, found.total, found.self_paid, found.own_share)
    assert [each and each.value for each in told] == [
        one.hospital, one.issued_on, one.total, one.self_paid, one.own_share,
    ]  # fmt: skip
    assert found.self_paid is not None
    assert found.self_paid.checked


@pytest.mark.usefixtures("_extra")
def test_the_models_are_those_of_the_wheel_and_all_there() -> None:
    import rapidocr  # noqa: PLC0415 - an extra

    assert all((Path(rapidocr.__path__[0]) / "models" / file).is_file() for file in receipt_reading.MODELS.values())


@pytest.mark.usefixtures("_extra")
def test_what_is_no_picture_or_takes_too_long_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(receipt_reading.Unread):
        receipt_reading.read(b"\xff\xd8\xff broken")
    monkeypatch.setattr(receipt_reading, "SECONDS", 0.05)
    with pytest.raises(receipt_reading.Unread):
        receipt_reading.read(saved(scene(1), "JPEG"))
