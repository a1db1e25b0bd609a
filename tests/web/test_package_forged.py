"""伪造的数据包: what the county's own key signed for something else passes for nothing in a package."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from field.ledger.package import check
from tests.county import County
from tests.web.office import browser
from tests.web.test_package import HERE, Files, _sign_again, closed, county_visit, key_of, made, opened


@pytest.fixture
def packed(small_county: County) -> Files:
    """The auditor's package, with a photograph."""
    county_visit(small_county)
    return opened(made(small_county, browser(small_county, "county"), region=HERE, personal="yes", reason="交县审计局"))


def test_a_whole_package_counts_no_photograph_as_absent(small_county: County, packed: Files, tmp_path: Path) -> None:
    report = check(closed(packed, tmp_path), key_of(small_county))
    assert (report.broken, report.photographs, report.absent) == (None, 1, 0)


def test_a_checkpoint_of_the_same_key_is_no_signature_of_a_manifest(
    small_county: County, packed: Files, tmp_path: Path
) -> None:
    packed["manifest.sig"] = packed["checkpoint.txt"]
    broken = check(closed(packed, tmp_path), key_of(small_county)).broken
    assert broken is not None
    assert (broken.fault.value, broken.detail) == ("package", "目录被改动")


def test_a_name_that_stands_twice_in_the_zip_is_noticed(small_county: County, packed: Files, tmp_path: Path) -> None:
    file = closed(packed, tmp_path)
    with warnings.catch_warnings(), ZipFile(file, "a") as parcel:
        warnings.simplefilter("ignore", UserWarning)
        parcel.writestr("checkpoint.txt", packed["checkpoint.txt"])
    broken = check(file, key_of(small_county)).broken
    assert broken is not None
    assert broken.detail == "目录与内容不符"


def another_form(files: Files) -> None:
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | {"form": "another/1"}).encode()


def another_household(files: Files) -> None:
    """A chain under the name of another household."""
    said = json.loads(files["manifest.json"])
    name = next(name for name in files if name.startswith("chains/"))
    files["chains/another.jsonl"] = files.pop(name)
    said["files"]["chains/another.jsonl"] = said["files"].pop(name)
    files["manifest.json"] = json.dumps(said).encode()


@pytest.mark.parametrize(
    ("change", "fault", "detail"), [(another_form, "package", "不认识这种数据包"), (another_household, "gap", "")]
)
def test_not_even_who_holds_the_key_passes_off_a_package_for_another(
    small_county: County, packed: Files, tmp_path: Path, change: Callable[[Files], None], fault: str, detail: str
) -> None:
    change(packed)
    _sign_again(small_county, packed)
    broken = check(closed(packed, tmp_path), key_of(small_county)).broken
    assert broken is not None
    assert (broken.fault.value, broken.detail) == (fault, detail)
