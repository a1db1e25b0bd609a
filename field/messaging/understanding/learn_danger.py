"""学着听: writes danger.tsv, how much each sign and pair of signs speaks of dying, from texts that people labelled.

`python -m field.messaging.understanding.learn_danger dying.tsv replies.tsv`: `dying` is 1 where `text` speaks of it.
"""

import csv
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from field.messaging.understanding.danger import LEARNED, pairs

TURNS, STEP, SLOWER, FADES, RARE = 60, 0.3, 0.05, 0.0003, 3  # those of dying are few and count three times
KEPT = 0.05
Labelled = Sequence[tuple[str, bool]]


def learn(texts: Labelled) -> dict[str, float]:
    """The weights; "" is what is added to every text (logistic regression, always in the same order)."""
    weights: dict[str, float] = {"": -1.0}
    told = [(pairs(text), dying) for text, dying in sorted(texts, key=lambda one: crc32(one[0].encode()))]
    for turn in range(TURNS):
        step = STEP / (1 + turn * SLOWER)
        for found, dying in told:
            length = math.sqrt(len(found))
            sure = 1 / (1 + math.exp(-weights[""] - sum(weights.get(one, 0) for one in found) / length))
            change = (dying - sure) * step * (RARE if dying else 1)
            weights[""] += change / 10
            for one in found:
                weights[one] = weights.get(one, 0) * (1 - FADES) + change / length
    return {one: round(weight, 2) for one, weight in sorted(weights.items()) if abs(weight) >= KEPT}


def read(*sources: Path) -> Labelled:
    """The labelled texts of files, each once."""
    found: dict[str, bool] = {}
    for source in sources:
        with source.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", restval=""):
                found[row["text"]] = found.get(row["text"], False) or row.get("dying") == "1"
    return list(found.items())


if __name__ == "__main__":
    weights = learn(read(*map(Path, sys.argv[1:])))
    LEARNED.write_text("".join(f"{one}\t{weight}\n" for one, weight in weights.items()), encoding="utf-8")
