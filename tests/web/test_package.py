"""数据包: what a county hands to the auditor is checked without the county, and every change to it is named."""

import io
import json
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from click.testing import Result
from sqlalchemy import update

from field import worker
from field.db import db
from field.ledger.package import check
from field.monitoring.traces import Trace
from field.registry.households import Household
from tests.county import County
from tests.running import settings_of
from tests.web.office import Browser, browser, links, photograph, words

HERE = "420626107204"
Files = dict[str, bytes]


@pytest.fixture
def office(county: County) -> Browser:
    county_visit(county)
    return browser(county, "county")


def county_visit(county: County) -> None:
    """A visit with a photograph and a note, so that there is something personal to hand over."""
    digest = photograph(county, 1)
    visit = county.visit(note="户主住院", evidence=[{"sha256": digest, "kind": "receipt"}])
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201


def made(county: County, office: Browser, **fields: str) -> bytes:
    answer = office.send("/exports/package", **fields)
    assert answer.status_code == 303, words(answer.text)
    assert worker.worker(county.app).step()
    while worker.worker(county.app).step():
        pass
    [path] = [link for link in links(office.page("/exports")) if link.endswith("/file")][:1]
    content: bytes = office.get(path).data
    return content


def key_of(county: County) -> str:
    return str(worker.signer(settings_of(county)).verifier)


def opened(content: bytes) -> Files:
    with ZipFile(io.BytesIO(content)) as parcel:
        return {name: parcel.read(name) for name in parcel.namelist()}


def closed(files: Files, folder: Path) -> Path:
    file = folder / "package.zip"
    with ZipFile(file, "w", ZIP_STORED) as parcel:
        for name, content in files.items():
            parcel.writestr(name, content)
    return file


def run(county: County, *said: str) -> Result:
    result = county.app.test_cli_runner().invoke(args=["ledger", "verify", *said])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_a_households_package_is_sound_and_says_nothing_personal(
    county: County, office: Browser, tmp_path: Path
) -> None:
    one = county.households[HERE]
    page = office.page(f"/exports/package?household={one}")
    assert "共 1 户" in words(page)
    content = made(county, office, household=one)
    files = opened(content)
    assert not [name for name in files if name.startswith("photographs/")]
    assert b'"personal"' not in files[f"chains/{one}.jsonl"]
    assert "户主住院".encode() not in files[f"chains/{one}.jsonl"]
    state = json.loads(files[f"households/{one}.json"])
    assert (state["number"], state["head"]) == ("H0000", "陈大一")
    report = check(closed(files, tmp_path), key_of(county))
    assert (report.broken, report.chains, report.photographs, report.absent) == (None, 1, 0, 1)
    assert report.entries == report.sealed > 1


def test_the_auditors_package_has_the_photographs_and_the_values_behind_the_digests(
    county: County, office: Browser, tmp_path: Path
) -> None:
    content = made(county, office, region=HERE, personal="yes", reason="交县审计局")
    files = opened(content)
    file = closed(files, tmp_path)
    found = run(county, "--package", str(file), "--key", key_of(county))
    assert found.exit_code == 0, found.output
    assert "照片 1 张" in found.output
    assert "户主住院".encode() in b"".join(content for name, content in files.items() if name.startswith("chains/"))
    with county.app.app_context():
        kept = [(trace.what, trace.reason) for trace in db.session.query(Trace) if trace.what.startswith("export")]
    assert ("export_full", "交县审计局") in kept


def test_what_people_wrote_is_in_a_package_only_where_it_is_asked_for(county: County) -> None:
    visit = county.visit(note="秘密备注AAA")
    visit["guarantees"]["medical"] = {"status": "problem", "note": "保障备注BBB"}
    assert county.client("cadre").post("/api/visits", json=visit).status_code == 201
    office, asked = browser(county, "county"), {"household": county.households[HERE]}
    plain, whole = made(county, office, **asked), made(county, office, **asked, personal="yes", reason="审计")
    for note in ("秘密备注AAA", "保障备注BBB"):
        there, not_there = (
            [name for name, content in opened(one).items() if note in content.decode(errors="replace")]
            for one in (whole, plain)
        )
        assert there, note
        assert not_there == [], note


def test_without_the_countys_key_the_packages_own_is_used_and_named(
    county: County, office: Browser, tmp_path: Path
) -> None:
    file = closed(opened(made(county, office, household=county.households[HERE])), tmp_path)
    found = run(county, "--package", str(file))
    assert found.exit_code == 0
    assert f"请与县里公布的核对：{key_of(county)}" in found.output
    other = key_of(county).replace("field.local", "other.local")
    assert run(county, "--package", str(file), "--key", other).exit_code == 1
    assert run(county, "--package", str(file), "--key", "说不清").exit_code == 1
    assert run(county, "--package", str(file), "--key", "").exit_code == 1, "a key that came to nothing is not no key"


def _swap(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        [path] = [path for path in files if path.startswith(name)][:1]
        assert old in files[path]
        files[path] = files[path].replace(old, new, 1)

    return change


def _drop(name: str) -> Callable[[Files], None]:
    return lambda files: [files.pop(path) for path in list(files) if path.startswith(name)].clear()


CHANGES: dict[str, Callable[[Files], None]] = {
    "a changed photograph": lambda files: files.update(
        {path: content + b"." for path, content in files.items() if path.startswith("photographs/")}
    ),
    "a photograph taken out": _drop("photographs/"),
    "a chain taken out": _drop("chains/"),
    "a changed entry": _swap("chains/", b"visit", b"visti"),
    "a changed state": _swap("households/", "陈大一".encode(), "陈大二".encode()),
    "a changed note": _swap("chains/", "户主住院".encode(), "户主出院".encode()),
    "a changed manifest": _swap("manifest.json", b"field-package", b"field-parcel"),
    "another checkpoint": _swap("checkpoint.txt", b"\n", b"\n\n"),
    "no signature": _drop("manifest.sig"),
    "no manifest": _drop("manifest.json"),
    "a file beside": lambda files: files.update({"more.txt": b"."}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_to_a_package_is_named(small_county: County, tmp_path: Path, change: str) -> None:
    county_visit(small_county)
    office = browser(small_county, "county")
    content = made(small_county, office, household=small_county.households[HERE], personal="yes", reason="审计")
    files = opened(content)
    CHANGES[change](files)
    report = check(closed(files, tmp_path), key_of(small_county))
    assert report.broken is not None
    assert report.broken.words


def test_who_holds_the_key_cannot_pass_off_a_changed_entry_against_the_checkpoint(
    small_county: County, tmp_path: Path
) -> None:
    """Even with a manifest signed anew, the entry's way no longer leads to the root that the county once signed."""
    county_visit(small_county)
    office = browser(small_county, "county")
    one = small_county.households[HERE]
    files = opened(made(small_county, office, household=one))
    for change, fault in ((_hash, "content"), (_leaf, "proof"), (_gap, "gap"), (_endless, "unreadable")):
        forged = dict(files)
        lines = [json.loads(line) for line in files[f"chains/{one}.jsonl"].splitlines()]
        change(lines)
        forged[f"chains/{one}.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        _sign_again(small_county, forged)
        report = check(closed(forged, tmp_path), key_of(small_county))
        assert report.broken is not None
        assert (report.broken.fault.value, report.broken.chain) == (fault, one)


def _photograph(files: Files) -> None:
    [name] = [name for name in files if name.startswith("photographs/")]
    files[name] = b"another"


def _value(files: Files) -> None:
    [name] = [name for name in files if name.startswith("chains/")]
    lines = [json.loads(line) for line in files[name].splitlines()]
    values = next(line["personal"] for line in lines if line.get("personal"))
    salt, _value = values[path := min(values)]
    values[path] = [salt, "另一个人"]
    files[name] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.mark.parametrize(("change", "fault"), [(_photograph, "package"), (_value, "secret")])
def test_who_holds_the_key_cannot_pass_off_another_photograph_or_value_for_one_that_was_recorded(
    small_county: County, tmp_path: Path, change: Callable[[Files], None], fault: str
) -> None:
    county_visit(small_county)
    office = browser(small_county, "county")
    files = opened(made(small_county, office, region=HERE, personal="yes", reason="交县审计局"))
    change(files)
    _sign_again(small_county, files)
    report = check(closed(files, tmp_path), key_of(small_county))
    assert report.broken is not None
    assert report.broken.fault.value == fault


def _hash(lines: list[dict[str, object]]) -> None:
    lines[-1]["actor"] = "somebody"


def _leaf(lines: list[dict[str, object]]) -> None:
    lines[0]["leaf"], lines[1]["leaf"] = lines[1]["leaf"], lines[0]["leaf"]


def _endless(lines: list[dict[str, object]]) -> None:
    lines[0]["leaf"] = {"index": math.inf, "path": []}


def _gap(lines: list[dict[str, object]]) -> None:
    del lines[0]


def _sign_again(county: County, files: Files) -> None:
    import hashlib  # noqa: PLC0415 (for the forger alone)

    from field.ledger.packing import seal_text  # noqa: PLC0415

    said = json.loads(files["manifest.json"])
    said["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in said["files"]}
    files["manifest.json"] = json.dumps(said).encode()
    signer = worker.signer(settings_of(county))
    files["manifest.sig"] = signer.sign(
        seal_text(signer.name, hashlib.sha256(files["manifest.json"]).hexdigest())
    ).encode()


def test_what_is_no_package_is_refused_in_words(small_county: County, tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    for content in (b"", b"PK\x03\x04 half a file", b"\xff" * 500):
        file.write_bytes(content)
        found = run(small_county, "--package", str(file))
        assert (found.exit_code, found.output.strip()) == (1, "数据包有问题：内容读不出（不是完整的数据包）")


def lzma_cut(_: bytes) -> bytes:
    """A file squeezed in another way, and damaged."""
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_LZMA) as parcel:
        parcel.writestr("manifest.json", "x" * 4000)
    content = bytearray(whole.getvalue())
    content[60:70] = b"\xff" * 10
    return bytes(content)


def unreadable_name(content: bytes) -> bytes:
    """A name that says it is UTF-8 and is not."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 8] + b"\x00\x08" + content[at + 10 : at + 46] + b"\xff" + content[at + 47 :]


@pytest.mark.parametrize("name", ["manifest.json", "checkpoint.txt"])
def test_a_small_package_that_swells_fills_no_memory(
    county: County, office: Browser, tmp_path: Path, name: str
) -> None:
    files = opened(made(county, office))
    files[name] += b" " * (64 << 20)
    file = closed(files, tmp_path)
    tracemalloc.start()
    found = check(file)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.broken is not None
    assert found.broken.detail == f"{name} 太大"
    assert most < 8 << 20


@pytest.mark.parametrize("damage", [lzma_cut, unreadable_name])
def test_no_damage_to_the_zip_itself_stops_the_check(
    small_county: County, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = closed({"manifest.json": b"{}"}, tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    found = run(small_county, "--package", str(file))
    assert (found.exit_code, found.output.strip()) == (1, "数据包有问题：内容读不出（不是完整的数据包）")


@pytest.mark.parametrize(
    ("who", "where", "status"),
    [("county", HERE, 303), ("town", HERE, 303), ("cadre", HERE, 403), ("medical", HERE, 403)],
)
def test_who_may_make_a_package(small_county: County, who: str, where: str, status: int) -> None:
    visitor = browser(small_county, who)
    assert visitor.send("/exports/package", household=small_county.households[where]).status_code == status


def test_a_household_whose_number_is_as_long_as_a_persons_is_packed_all_the_same(small_county: County) -> None:
    one = small_county.households[HERE]
    with small_county.app.app_context():
        db.session.execute(update(Household).where(Household.id == one).values(number="100001-0001"))
        db.session.commit()
    office = browser(small_county, "county")
    assert office.send("/exports/package", household=one).status_code == 303


def test_another_towns_household_is_not_packed(small_county: County) -> None:
    visitor = browser(small_county, "town")
    [elsewhere] = [one for code, one in small_county.households.items() if not code.startswith("420626107")][:1]
    assert visitor.send("/exports/package", household=elsewhere).status_code == 403
    assert visitor.send("/exports/package", region="420626", reason="").status_code == 403


def test_whole_values_need_a_reason(small_county: County) -> None:
    visitor = browser(small_county, "county")
    answer = visitor.send("/exports/package", household=small_county.households[HERE], personal="yes")
    assert answer.status_code == 422
    assert "要写明原因，至少 2 个字" in words(answer.text)
