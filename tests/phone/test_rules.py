"""走访规则: the phone and the server judge alike, word for word, over every case with every part of it spoilt."""

import copy
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from field.monitoring.visiting.visit_rules import faults
from field.registry.idnumber import fault
from field.web.phone_shell import files
from tests.conftest import not_here

ROOT = Path(__file__).parents[2]
BASE = json.loads((ROOT / "tests" / "visit_cases.json").read_text("utf-8"))["base"]
NODE = shutil.which("node")
JUDGE = f"""
import {{readFileSync}} from 'node:fs'
import {{judge}} from '{(ROOT / "field" / "web" / "phone" / "rules.js").as_uri()}'
const schema = JSON.parse(readFileSync(process.argv[1]))
const visits = JSON.parse(readFileSync(0))
process.stdout.write(JSON.stringify(visits.map(visit => judge(schema, visit))))
"""
TIMES = ["2026-11-20T24:00:00Z", "2026-11-20T02:30:60Z", "2026-11-20T02:30:00+08:75", "2026-11-20T02:30:00+24:00"]
TIMES += ["2026-11-20T02:30:00.123456789Z", "2026-02-29", "2024-02-29"]
TEXTS = ["", "x", "长" * 2001, "a\0b", "\ud800", "𠮷" * 60]
LISTS: list[Any] = [[], ["illness"], ["illness", "illness"], ["bad", 1, None], ["income", "members"]]
LISTS += [[{"new": {"name": "", "sex": "x"}}]]
OBJECTS = [{}, {"status": "problem"}, {"status": "problem", "note": ""}, {"a": 1, "person_id": 2}]
RIGHT = "420626202603010014"
SPOILT = [None, True, -1, 0, 1.0, 1.5, 10**12, 91, *TIMES, *TEXTS, *LISTS, *OBJECTS]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a visit, itself included."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from leaves(part, (*path, name))


def spoilt(visit: Any, path: tuple[Any, ...], *, by: Any = None, drop: bool = False) -> Any:
    """The visit with one part replaced, or taken out."""
    if not path:
        return by
    changed = copy.deepcopy(visit)
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = by
    return changed


@pytest.fixture(scope="module")
def node() -> str:
    """Node, or a skip that says why."""
    if not NODE:
        not_here("there is no Node (Debian: apt install nodejs)")
    return str(NODE)


def test_phone_and_server_find_the_same_faults_in_the_same_words(node: str, tmp_path: Path) -> None:
    member = {"person_id": "019aaaaa-0000-7000-8000-0000000000bb", "phone": "13800000156", "months_away": 8}
    whole = {**BASE, "members": [member, {"new": {"name": "陈小宝", "birth_date": "2026-03-01", "id_number": RIGHT}}]}
    ways = list(leaves(whole))
    visits = [spoilt(whole, path, by=value) for path in ways for value in SPOILT]
    visits += [spoilt(whole, path, drop=True) for path in ways if path]
    visits += [{**whole, "unknown": 1, "x" * 80: 2}, {**whole, "unchanged": ["income"]}]
    judged_alike(node, tmp_path, "visit", visits)


def test_phone_and_server_tell_the_same_id_numbers_from_slips(node: str, tmp_path: Path) -> None:
    provinces = [f"{code:02}{RIGHT[2:17]}" for code in range(100)]
    days = [
        f"420626{year}{day}001"
        for year in (1899, 1900, 2000, 2024, 2099, 2100)
        for day in ("0229", "0230", "1231", "1301")
    ]
    numbers = [first + last for first in (*provinces, *days) for last in "0123456789Xx"]
    told = [{**BASE, "members": [{"new": {"name": "陈小宝", "id_number": number}}]} for number in numbers]
    judged_alike(node, tmp_path, "visit", told)
    taken = [number for number, one in zip(numbers, told, strict=True) if not faults(one)]
    assert taken == [number for number in numbers if fault(number) is None and number[6:8] in ("19", "20")]


def test_a_revisit_is_judged_alike_too(node: str, tmp_path: Path) -> None:
    base = json.loads((ROOT / "tests" / "revisit_cases.json").read_text("utf-8"))["base"]
    whole = {**base, "measures": {"status": "partly", "note": "公益岗停了"}, "relapse": True, "note": "又住院了"}
    ways = list(leaves(whole))
    revisits = [spoilt(whole, path, by=value) for path in ways for value in SPOILT]
    revisits += [spoilt(whole, path, drop=True) for path in ways if path]
    judged_alike(node, tmp_path, "revisit", [*revisits, {**whole, "unknown": 1}, base])


def judged_alike(node: str, tmp_path: Path, name: str, records: list[Any]) -> None:
    """Both judges over the same records, of which most are spoilt."""
    served = tmp_path / "schema.json"
    served.write_bytes(files()[f"{name}.schema.json"])
    command = [node, "--input-type=module", "-e", JUDGE, str(served)]
    run = subprocess.run(command, input=json.dumps(records), capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(run.stdout)
    both = zip(told, (faults(one, name) for one in records), strict=True)
    assert [{"phone": here, "server": there} for here, there in both if here != there] == []
    assert sum(map(bool, told)) > len(records) / 2
