"""会话案例: every written conversation, played through the one way of every message, gives what is written.

To write anew what comes back, after a change that is meant: FIELD_WRITE=1 pytest tests/messaging/test_conversations.py -p no:randomly
"""

import os
from pathlib import Path

import pytest

from field.db import db
from tests.county import County
from tests.messaging.conversations.play import written

FILES = sorted((Path(__file__).parent / "conversations").glob("*.txt"))
WRITE = os.environ.get("FIELD_WRITE") == "1"


def cases() -> list[tuple[Path, str]]:
    """Every case: its file and title."""
    return [(file, line[2:]) for file in FILES for line in file.read_text().splitlines() if line.startswith("# ")]


def lines_of(file: Path, title: str) -> list[str]:
    """The lines of a case, without its title and the blank line after it."""
    _, _, rest = f"\n{file.read_text()}".partition(f"\n# {title}\n")
    return [line for line in rest.partition("\n# ")[0].splitlines() if line.strip()]


@pytest.mark.parametrize(("file", "title"), cases(), ids=lambda value: value if isinstance(value, str) else value.stem)
def test_a_conversation_goes_as_it_is_written(small_county: County, file: Path, title: str) -> None:
    told = lines_of(file, title)
    script = [line for line in told if line[0] not in "←→="]
    with small_county.app.app_context():
        played = written(db.session(), script)
    if WRITE:
        before = file.read_text()
        file.write_text(before.replace("\n".join([f"# {title}", *told]), "\n".join([f"# {title}", *played])))
        return
    assert played == told


def test_there_are_enough_of_them_and_no_title_twice() -> None:
    assert len(cases()) >= 60
    assert len(set(cases())) == len(cases())
