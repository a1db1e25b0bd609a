"""理解: labelled replies, what is proposed of them, and what is never proposed."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from field.messaging.understanding.facts import Fact, Understood
from field.messaging.understanding.understand import understand

DAY = date(2026, 11, 20)  # on which the replies of the corpus are said
# of the replies that were written by somebody who did not know how text is read, before it was measured once:
BLIND = ("first", "mended", "open")  # understood then, since then, and not yet; `written` names the later sets
LABELS = ("place", "candidates", "least", "most", "phone", "work", "months", "well", "help", "other")

with Path(__file__).with_name("replies.tsv").open(encoding="utf-8", newline="") as lines:
    REPLIES = list(csv.DictReader(lines, delimiter="\t", restval=""))


class Tally(NamedTuple):
    """成绩: of what is said or was understood, how much was right, missed, and wrong."""

    right: int
    missed: int
    wrong: int

    @property
    def share(self) -> float:
        return self.right / sum(self)


def facts(said: Understood) -> dict[str, Fact | None]:
    """What was understood, by the names of the corpus."""
    return {
        "place": said.place, "least": said.income_min, "most": said.income_max, "phone": said.phone, "work": said.work,
        "months": said.months_away, "well": said.well, "help": said.asks_help, "other": said.about_someone_else,
    }  # fmt: skip


def told(said: Understood) -> dict[str, str]:
    """The same in the words of the corpus: ? for a name of several places, and of how many."""
    place = said.place
    several = place is not None and place.value is None
    words = {name: "" if fact is None else str(fact.value) for name, fact in facts(said).items()}
    words |= {name: "1" for name in ("well", "help", "other") if words[name]}
    return words | {"place": "?" if several else words["place"],
                    "candidates": str(len(place.candidates)) if place and several else ""}  # fmt: skip


def tally(held: str) -> tuple[Tally, list[str]]:
    """How well one part of the corpus is understood, and every fault in it."""
    count: Counter[str] = Counter()
    faults = []
    for row in (row for row in REPLIES if row["held"] == held):
        got = told(understand(row["text"], DAY))
        for name in (name for name in LABELS if row[name] or got[name]):
            kind = "right" if got[name] == row[name] else "wrong" if got[name] else "missed"
            count[kind] += 1
            if kind != "right":
                faults.append(f"{row['text']}: {name} {row[name] or '-'}, understood {got[name] or '-'}")
    return Tally(count["right"], count["missed"], count["wrong"]), faults


def test_of_what_is_said_at_least_95_in_100_is_understood_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    (tuned, faults), (held, _) = tally(""), tally("1")
    blind = [tally(name)[0] for name in BLIND]
    whole = Tally(*map(sum, zip(tuned, held, *blind, strict=True)))
    with capsys.disabled():
        print(f"\n{len(REPLIES)} replies understood; written down and looked at: {tuned.share:.1%} {tuned},")  # noqa: T201
        print(f"  held out and never looked at: {held.share:.1%} {held}, together {whole.share:.1%}; {faults}")  # noqa: T201
        counts = {name: sum(row["held"] == name for row in REPLIES) for name in BLIND}
        print(f"  written blind: {counts['first']} of {sum(counts.values())} understood at first, {counts} now")  # noqa: T201
        for written in sorted({row["written"] for row in REPLIES} - {""}):
            at_first = [row["held"] == "first" for row in REPLIES if row["written"] == written]
            print(f"  of them {written}: {sum(at_first)} of {len(at_first)}")  # noqa: T201
    assert [one.missed + one.wrong for one in blind[:2]] == [0, 0]
    assert blind[2].wrong == 0
    assert len(REPLIES) >= 230
    assert sum(row["held"] == "1" for row in REPLIES) >= 60
    assert whole.share >= 0.95
    assert whole.wrong <= 0.02 * sum(whole)


def test_the_surer_a_fact_the_oftener_it_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    sure: Counter[float] = Counter()
    right: Counter[float] = Counter()
    for row in REPLIES:
        said = understand(row["text"], DAY)
        words = told(said)
        for name, fact in facts(said).items():
            if fact is not None:
                sure[fact.confidence] += 1
                right[fact.confidence] += words[name] == row[name]
    with capsys.disabled():
        print("\nright, by confidence:", {level: f"{right[level]} of {sure[level]}" for level in sorted(sure)})  # noqa: T201
    for level, count in sure.items():
        assert right[level] / count >= level, level


def test_no_wrong_number_ever() -> None:
    for row in REPLIES:
        assert told(understand(row["text"], DAY))["phone"] in ("", row["phone"]), row["text"]


def test_a_label_is_one_that_the_ledger_could_hold() -> None:
    for row in REPLIES:
        assert row["place"] in ("", "?") or (row["place"].isdigit() and len(row["place"]) in (2, 4, 6, 9)), row["text"]
        assert bool(row["candidates"]) == (row["place"] == "?"), row["text"]
        assert int(row["least"] or 0) <= int(row["most"] or row["least"] or 0), row["text"]
        assert int(row["months"] or 1) in range(1, 13), row["text"]
