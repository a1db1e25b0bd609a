"""识读: the lines of a photographed paper, read offline by RapidOCR where it is installed; in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from field.media.anatomy import kind
from field.media.picture import shown
from field.media.receipt_lines import Line

SIDE = 2000  # pixels
ROOT = Path(__file__).parents[2]
SECONDS = 50  # less than a lease
ANOTHER_TURN = 25  # seconds after which no further turn is tried
MEMORY = 4 << 30  # bytes of address space, of which a reading fills about a sixth
SURE = 0.85
MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}
LYING = (0, 90, 270)
STANDING = (0, 180, 90, 270)


class Unread(Exception):
    """没有读成: the reader is not there, ran out of time or memory, or stumbled."""


def installed() -> bool:
    """装了没有: whether the extra with the reader is here."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime"))


def read(data: bytes) -> list[Line]:
    """识读 a photograph, which costs at most SECONDS and MEMORY and leaves nothing behind; Unread where it fails."""
    if not installed():
        raise Unread
    asked = [sys.executable, "-m", "field.media.receipt_reading"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            asked, input=data, capture_output=True, timeout=SECONDS, check=True, cwd=ROOT, env={}
        )
        return [Line(*one) for one in json.loads(done.stdout)]
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unread from error


def turned(picture: Image.Image, reader: Any, in_time: Callable[[], bool]) -> list[Line]:
    """The lines of a picture in the turn in which most of it can be read, of those turns for which there is time."""
    first = best = _lines(picture, reader, 0)
    tall = sum(one.bottom - one.top > one.right - one.left for one in first if len(one.text) > 1)
    if _readable(first) and tall * 2 < len(first):
        return first
    for turn in (LYING if tall * 2 >= len(first) else STANDING)[1:]:
        if not in_time():
            break
        found = _lines(picture, reader, turn)
        best = max(best, found, key=_weight)
        if _readable(found):
            break
    return best


def _readable(lines: list[Line]) -> bool:
    sure = [one for one in lines if one.confidence >= SURE]
    return len(sure) > 5 and len(sure) * 10 >= len(lines) * 7


def _weight(lines: list[Line]) -> float:
    wide = (one for one in lines if one.right - one.left > one.bottom - one.top)
    return sum(len(one.text) * one.confidence**4 for one in wide)


def _lines(picture: Image.Image, reader: Any, turn: int) -> list[Line]:
    """Lines in pixels of the turned picture, with its slant taken out."""
    found = reader(picture.rotate(turn, expand=True))
    if found.boxes is None:
        return []
    boxes = [[(float(x), float(y)) for x, y in box] for box in found.boxes]
    slant = _slant(boxes)
    level = [[(x, y - slant * x) for x, y in box] for box in boxes]
    return [_line(*one) for one in zip(found.txts, level, found.scores, strict=True)]


def _slant(boxes: list[list[tuple[float, float]]]) -> float:
    """By how much lines sink per pixel to the right."""
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2), *_below in boxes if x2 - x1 > 60]
    return median(slopes) if slopes else 0.0


def _line(text: str, box: list[tuple[float, float]], confidence: float) -> Line:
    across, down = [x for x, _y in box], [y for _x, y in box]
    return Line(text, round(min(across)), round(min(down)), round(max(across)), round(max(down)), float(confidence))


def _reader() -> Any:
    """RapidOCR with the models of its own wheel and no other, so that nothing is ever fetched."""
    import rapidocr  # noqa: PLC0415 - an extra, and heavy

    models = next(iter(rapidocr.__path__)) + "/models/"
    paths = {name: models + file for name, file in MODELS.items()}
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    return rapidocr.RapidOCR(params={**paths, **threads, "Global.use_cls": False, "Global.log_level": "critical"})


def _bound() -> None:
    """Little time and memory, and after everybody else."""
    import resource  # noqa: PLC0415 - not on every system, and only wanted here

    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _told(data: bytes) -> Iterator[tuple[Any, ...]]:
    began = time.monotonic()
    if kind(data) is not None:
        picture = shown(data, SIDE)
        yield from map(tuple, turned(picture, _reader(), lambda: time.monotonic() - began < ANOTHER_TURN))


if __name__ == "__main__":
    _bound()
    sys.stdout.write(json.dumps(list(_told(sys.stdin.buffer.read()))))
