"""外壳: what travels to the phone is what was written, without its comments, and light enough for a bad line."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from field.web.phone_shell import COMMENTS, LATER, files
from tests.conftest import not_here

LIMIT = 60_000
MODULES = sorted(name for name in files() if name.endswith(".js"))
NODE = shutil.which("node")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_without_its_comments_is_still_a_module(name: str, tmp_path: Path) -> None:
    if not NODE:
        not_here("there is no Node (Debian: apt install nodejs)")
    module = tmp_path / name.replace(".js", ".mjs")
    module.write_bytes(files()[name])
    subprocess.run([str(NODE), "--check", module], check=True, timeout=60)


def test_comments_and_what_only_eyes_need_are_taken_out_and_nothing_else() -> None:
    source = b"// why\n/** f(x) \xe2\x86\x92 y,\n *  in words. */\nexport const f = x =>\n  x // ms\n\nconst url = 'http://a/**/b // c'\n"
    assert COMMENTS.sub(b"", source) == b"export const f = x =>\nx\nconst url = 'http://a/**/b // c'\n"


def test_everything_that_a_first_visit_needs_weighs_less_than_the_limit() -> None:
    never = LATER | {
        "heard.js",
        "to_call.js",
        "me.js",
        "rescue.js",
        "ways.js",
        "elsewhere.js",
        "households.js",
        "finding.js",
        "versions.js",
        "telling.js",
        "mending.js",
        "empty.js",
        "unshown.js",
    }  # pages of their own, beside the visit
    never |= {"case_card.js", "consent.js", "consents.json", "pad.js", "signing.js", "strokes.js"}
    never |= {"revisit.js", "revisit.schema.json", "to_revisit.js", "writing.js"}
    texts = [content for name, content in files().items() if name not in never and not name.endswith(".png")]
    assert sum(len(gzip.compress(content)) for content in texts) < LIMIT


def test_where_there_is_no_service_worker_the_open_page_fetches_all_that_it_may_need() -> None:
    texts = {name: files()[name].decode() for name in MODULES}
    wanted = {found for text in texts.values() for found in re.findall(r"import\('\./(\w+\.js)'\)", text)} - LATER
    fetched = {f"{name}.js" for name in re.findall(r"'(\w+)'", texts["after.js"].split("REST = ")[1].split("]")[0])}
    there, more = set[str](), fetched | {"main.js", "after.js", "login.js"}
    while more:
        there |= more
        more = {found for name in more for found in re.findall(r"from '\./(\w+\.js)'", texts[name])} - there
    assert wanted <= there
