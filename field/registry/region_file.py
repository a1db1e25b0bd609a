"""区划文件: the CSV from which a county's regions are loaded, as UTF-8 or as Excel in China writes it."""

import csv
from contextlib import suppress

from field.registry.roster_sheet import ENCODINGS

COLUMNS = ("code", "name")


def read_regions(content: bytes) -> list[tuple[str, str]]:
    """Each code with its name; ValueError says in words what is wrong, and where."""
    table = csv.DictReader(_text(content).splitlines())
    if missing := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
        raise ValueError(f"第一行要写 code,name 两列，缺少 {'、'.join(missing)}；什么也没有收进来")
    rows = [((row["code"] or "").strip(), (row["name"] or "").strip()) for row in table]
    for place, (code, name) in enumerate(rows, 2):
        if not (code and name):
            raise ValueError(f"第 {place} 行没有写代码或名称；什么也没有收进来")
    if not rows:
        raise ValueError("文件里没有一个地区；什么也没有收进来")
    return rows


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise ValueError("这个文件不是 CSV 文本；什么也没有收进来")
