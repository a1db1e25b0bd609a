"""结构: what kind of picture the bytes are, and where the picture ends."""

import re
from collections.abc import Callable
from typing import Literal

Format = Literal["jpeg", "png", "webp", "heic"]

HEIF_BOXES = frozenset((b"ftyp", b"meta", b"mdat", b"moov", b"mpvd", b"free", b"skip", b"wide", b"uuid"))
HEIF_BRANDS = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1"))
# A marker that is neither stuffing, nor a restart, nor a start of image: it ends the image or has a length.
MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
END_OF_IMAGE = b"\xff\xd9"


def kind(data: bytes) -> Format | None:
    """格式: told by the first bytes alone; None for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "heic" if data[4:8] == b"ftyp" and not HEIF_BRANDS.isdisjoint(_brands(data)) else None


def end(data: bytes, kind: Format) -> int | None:
    """图像终点: the offset after the picture's last byte; None where the bytes stop before it."""
    at = _ENDS[kind](data)
    return at if at is not None and at <= len(data) else None


def _brands(data: bytes) -> set[bytes]:
    size = min(int.from_bytes(data[:4]), 256)
    return {data[at : at + 4] for at in range(8, size, 4)}


def _jpeg_end(data: bytes) -> int | None:
    """The end of the last JPEG of a row: phones put depth and light maps behind the first (CIPA DC-007)."""
    at = last = _one_jpeg_end(data, 0)
    while at is not None and data[at : at + 3] == b"\xff\xd8\xff":
        last, at = at, _one_jpeg_end(data, at)
    return at or last


def _one_jpeg_end(data: bytes, at: int) -> int | None:
    """ITU-T T.81 B.1: segments have lengths, and in coded data 0xFF stands only before 0x00 or a restart."""
    at += 2
    while marker := MARKER.search(data, at):
        at = marker.end()
        if marker[0] == END_OF_IMAGE:
            return at
        at += int.from_bytes(data[at : at + 2])
    return None


def _png_end(data: bytes) -> int | None:
    at = 8
    while at < len(data):
        name = data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4])
        if name == b"IEND":
            return at
    return None


def _webp_end(data: bytes) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def _heic_end(data: bytes) -> int:
    """ISO/IEC 14496-12 4.2: boxes of length and name in a row; length 1 is a long one, 0 the rest."""
    at = 0
    while data[at + 4 : at + 8] in HEIF_BOXES:
        size = int.from_bytes(data[at : at + 4])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        at += max(size or len(data) - at, 8)
    return at


_ENDS: dict[Format, Callable[[bytes], int | None]] = {
    "jpeg": _jpeg_end,
    "png": _png_end,
    "webp": _webp_end,
    "heic": _heic_end,
}
