"""OpenRosa: the form and its lists, as ODK Collect asks for them."""

import hashlib
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import requests

from field.api.openrosa import make
from field.api.openrosa.lists import form
from field.api.openrosa.sheets import FORM
from field.api.openrosa.submission import TAKES
from field.codes import Guarantee
from tests.collecting import (
    HEADERS,
    VILLAGE,
    answered,
    entries,
    visited,
    with_photos,
    written,
)
from tests.conftest import not_here
from tests.county import PASSWORD, County
from tests.running import serving

BYTES: Any = (b"cadre", PASSWORD.encode())  # as UTF-8, which `requests` does not make by itself
XFORMS = {"f": "http://openrosa.org/xforms/xformsList", "m": "http://openrosa.org/xforms/xformsManifest"}


def texts(answer: Any, path: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(answer.text).iterfind(path, XFORMS)]


def test_the_files_that_are_kept_are_what_the_codes_and_pyxform_make() -> None:
    for name, text in make.made().items():
        assert (make.FOLDER / name).read_text(encoding="utf-8") == text, "python -m field.api.openrosa.make"


def test_odk_validate_accepts_the_form(tmp_path: Path) -> None:
    if not shutil.which("java"):
        not_here("there is no Java (Debian: apt install default-jre-headless)")
    jar = str(files("pyxform") / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar")
    for text, verdict in ((form(), 0), (form().replace(b"${", b"").replace(b"/data/find", b"/data/nothing"), 1)):
        (tmp_path / "visit.xml").write_bytes(text)
        command = ["java", "-Djava.awt.headless=true", "-jar", jar, str(tmp_path / "visit.xml")]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert ran.returncode == verdict, ran.stderr


def test_blanks_alone_are_refused_by_the_form_itself_where_something_must_be_written() -> None:
    binds = ElementTree.fromstring(form()).iterfind(".//{*}bind[@required][@constraint]")
    written = {bind.attrib["nodeset"].split("/")[-1]: bind for bind in binds if "regex" in bind.attrib["constraint"]}
    assert written.keys() == {"number", "informant", "location_reason", "name"} | {f"note_{one}" for one in Guarantee}
    for bind in written.values():
        pattern = re.search(r"regex\(\., '(.+?)'\)", bind.attrib["constraint"])
        assert pattern
        assert [bool(re.fullmatch(pattern[1], text)) for text in (" ", "　 \n", "户主", " 自费药\n没报 ")] == [
            0,
            0,
            1,
            1,
        ]
        assert "不能只有空格" in "".join(bind.attrib.values())


def test_every_answer_of_these_tests_is_a_question_of_the_form() -> None:
    model = ElementTree.fromstring(form()).find(".//{*}instance/{*}data")
    assert model is not None
    asked = {_bare(node.tag) for node in model.iter()}
    photo = {"kind": "", "picture": "", "whose_bill": "", "issued_on": "", "amount": "", "compliant_amount": ""}
    member = {
        "whose": "",
        "person": "",
        "name": "",
        "relation": "",
        "sex": "",
        "birth_date": "",
        "left": "",
        "work": "",
    }
    sent = written(answered("", members={"member": member}, number="", location_reason="", **with_photos(photo)), "")
    assert {_bare(node.tag) for node in ElementTree.fromstring(sent).iter()} <= asked


def test_collect_finds_the_form_its_lists_and_where_to_send_visits(county: County) -> None:
    with serving(county) as server:
        listed = requests.get(f"{server.url}/formList", auth=BYTES, headers=HEADERS, timeout=10)
        assert texts(listed, "f:xform/f:formID") == [FORM]
        assert (listed.headers["X-OpenRosa-Version"], "Date" in listed.headers) == ("1.0", True)
        [form_url], [manifest_url] = (texts(listed, f"f:xform/f:{name}Url") for name in ("download", "manifest"))
        [known] = texts(listed, "f:xform/f:hash")
        downloaded = requests.get(form_url, auth=BYTES, headers=HEADERS, timeout=10).content
        assert (downloaded, known) == (form(), f"md5:{hashlib.md5(downloaded).hexdigest()}")
        manifest = requests.get(manifest_url, auth=BYTES, headers=HEADERS, timeout=10)
        assert texts(manifest, "m:mediaFile/m:filename") == ["households.csv", "members.csv"]
        for url, digest in zip(
            *(texts(manifest, f"m:mediaFile/m:{part}") for part in ("downloadUrl", "hash")), strict=True
        ):
            data = requests.get(url, auth=BYTES, headers=HEADERS, timeout=10).content
            assert digest == f"md5:{hashlib.md5(data).hexdigest()}"
        head = requests.head(f"{server.url}/submission", auth=BYTES, headers=HEADERS, timeout=10)
        assert (head.status_code, head.headers["Location"]) == (204, f"{server.url}/submission")
        most = int(head.headers["X-OpenRosa-Accept-Content-Length"])
        assert most == TAKES
        kind = HEADERS | {"Content-Type": "multipart/form-data; boundary=parts"}
        around = b'--parts\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n', b"\r\n--parts--\r\n"
        for length, status in ((most, 400), (most + 1, 413)):
            whole = (b"x" * (length - sum(map(len, around)))).join(around)
            told = requests.post(head.headers["Location"], whole, auth=BYTES, headers=kind, timeout=30)
            assert told.status_code == status
        body = {"xml_submission_file": ("a.xml", visited(county), "text/xml")}
        answer = requests.post(head.headers["Location"], auth=BYTES, headers=HEADERS, files=body, timeout=30)
        assert (answer.status_code, "已入账" in said_by(answer)) == (201, True)
    assert [kind for kind, _ in entries(county)] == ["visit"]


def test_the_lists_name_the_village_alone_and_nothing_of_a_town(small_county: County) -> None:
    cadre, town = small_county.client("cadre"), small_county.client("town")
    households, members = (cadre.get(f"/forms/visit/{name}.csv").text for name in ("households", "members"))
    assert households.splitlines() == ["name,label", f"{small_county.households[VILLAGE]},陈大一 · 三组 · H0000"]
    assert [line.partition(",")[2] for line in members.splitlines()[1:]] == [
        f"{who},{small_county.households[VILLAGE]}" for who in ("陈大一 · 户主", "李小一 · 配偶")
    ]
    assert town.get("/forms/visit/households.csv").text.splitlines() == ["name,label"]
    assert town.get("/forms/visit/members.csv").text.splitlines() == ["name,label,household"]


def said_by(answer: requests.Response) -> str:
    return answer.text.partition("<message>")[2]


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]
