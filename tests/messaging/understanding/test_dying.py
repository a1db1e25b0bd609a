"""生命危险的话: what people say of dying, and what only sounds like it.

Each set was written before it was measured (November 2026). Known words alone heard 25 of the first 60 and 18 of the next 40, but 4
of 60 and 4 of 40 that nobody had written down. What was learned from all of those heard 35 of the next 40, with 7 false alarms
in 46 texts of hardship and deaths. All the texts are by few hands; what strangers write is heard less surely.
"""

import csv
import time
from pathlib import Path
from zlib import crc32

import pytest

from field.messaging.understanding import danger
from field.messaging.understanding.danger import in_danger
from field.messaging.understanding.learn_danger import learn, read

DYING, REPLIES = (Path(__file__).with_name(name) for name in ("dying.tsv", "replies.tsv"))
with DYING.open(encoding="utf-8", newline="") as lines:
    TEXTS = list(csv.DictReader(lines, delimiter="\t"))
OPEN = [row["text"] for row in TEXTS if row["written"] == "open"]
TOLD = {row["text"]: row["dying"] == "1" for row in TEXTS if row["text"] not in OPEN}
ORDINARY = [text for text, _ in read(REPLIES)]


@pytest.mark.parametrize("text", [text for text, dying in TOLD.items() if dying])
def test_words_of_dying_are_heard(text: str) -> None:
    assert in_danger(text)


@pytest.mark.parametrize("text", [text for text, dying in TOLD.items() if not dying])
def test_a_way_of_speaking_is_no_danger(text: str) -> None:
    assert not in_danger(text)


@pytest.mark.parametrize("text", OPEN)
@pytest.mark.xfail(strict=True, reason="a death of long ago: a call too many")
def test_what_only_a_person_would_hear(text: str) -> None:
    assert not in_danger(text)


def test_no_ordinary_reply_is_taken_for_one() -> None:
    assert [text for text in ORDINARY if in_danger(text)] == []


def test_what_was_never_read_is_heard_by_what_it_sounds_like(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = read(DYING, REPLIES)
    unread = {text for text, _ in texts if crc32(text.encode()) % 5 == 0}
    weights = learn([one for one in texts if one[0] not in unread])
    monkeypatch.setattr(danger, "learned", lambda: weights)
    sounds = {text: danger.sounds_like_it(text) > danger.SURE for text in unread}
    dying = [sounds[text] for text in unread if TOLD.get(text)]
    false = [text for text in ORDINARY if sounds.get(text)]
    with capsys.disabled():
        print(f"\nheard by their sound, never read: {sum(dying)} of {len(dying)}; of ordinary replies {false}")  # noqa: T201
    assert sum(dying) >= 0.6 * len(dying)
    assert len(false) <= 0.01 * sum(text in unread for text in ORDINARY)


def test_what_is_kept_is_what_these_texts_teach() -> None:
    taught, kept = learn(read(DYING, REPLIES)), danger.learned()
    assert all(abs(taught.get(one, 0) - kept.get(one, 0)) < 0.06 for one in taught.keys() | kept.keys())


@pytest.mark.parametrize("piece", ["_", "a_", "a" + "_" * 40 + "bb", "不 ", "我 死 ", "从桥", "活着", "对不起", "a.b."])
def test_no_text_holds_the_listener_up(piece: str) -> None:
    text = f"a{piece * (10_000 // len(piece))}bb"
    in_danger(text)
    began = time.process_time()
    in_danger(text)
    assert time.process_time() - began < 0.2, "10 ms on an idle machine"
