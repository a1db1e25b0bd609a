"""照片: bytes judged by their content: a whole picture and nothing else, or not evidence."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from PIL import Image

from field.media import exif
from field.media.anatomy import Format, end, kind
from field.media.picture import exif_of, opened, upright_size
from field.media.stowaway import stowaway

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000

Code = Literal["too_large", "not_an_image", "truncated", "bomb", "active_content"]
REFUSALS: dict[Code, str] = {
    "too_large": "这张照片超过15兆，没有保存。请用表单里的相机重拍一张，会自动缩小。",
    "not_an_image": "这个文件不是能识别的照片，没有保存。请重拍一张，或换一张照片。",
    "truncated": "照片不完整或已损坏，没有保存。手机里的原件不受影响，请再传一次；还不行就重拍一张。",
    "bomb": "这张照片的尺寸太大，没有保存。请用表单里的相机重拍一张。",
    "active_content": "这张照片里夹带了别的文件，为安全起见没有保存。请用手机相机重拍一张。",
}


class NotEvidence(ValueError):
    """不能作证据: why the bytes are refused, as a code and as a sentence for the sender."""

    def __init__(self, code: Code) -> None:
        super().__init__(REFUSALS[code])
        self.code = code
        self.message = REFUSALS[code]


@dataclass(frozen=True)
class Photo:
    """照片: what the bytes and their EXIF say; bytes, upright pixels, UTC, WGS-84."""

    sha256: str
    format: Format
    width: int
    height: int
    size: int
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    camera: str | None


def inspect(data: bytes, sha256: str | None = None) -> Photo:
    """验照片: the photograph that the bytes are, or NotEvidence; the digest only from who has just counted it."""
    form = _sound(data)
    image = _measured(data, form)
    size = image.size
    if form != "jpeg":  # a JPEG's decoder fills what is missing with grey; its structure has been read to the end
        _decode(image)
    told = exif_of(image)
    width, height = upright_size(size, told)
    latitude, longitude = exif.position(told)
    return Photo(
        sha256=sha256 or hashlib.sha256(data).hexdigest(),
        format=form,
        width=width,
        height=height,
        size=len(data),
        taken_at=exif.taken_at(told),
        latitude=latitude,
        longitude=longitude,
        camera=exif.camera(told),
    )


def _sound(data: bytes) -> Format:
    """The format of bytes that are small enough, whole, and alone."""
    if len(data) > MAX_BYTES:
        raise NotEvidence("too_large")
    form = kind(data)
    if form is None:
        raise NotEvidence("not_an_image")
    last = end(data, form)
    if last is None:
        raise NotEvidence("truncated")
    if stowaway(data, last):
        raise NotEvidence("active_content")
    return form


def _measured(data: bytes, form: Format) -> Image.Image:
    """The picture with its header read and its size judged, nothing decoded yet."""
    try:
        image = opened(data, form)
    except Image.DecompressionBombError as error:
        raise NotEvidence("bomb") from error
    except Exception as error:  # a decoder fed with hostile bytes raises anything
        raise NotEvidence("not_an_image") from error
    if image.width * image.height > MAX_PIXELS:
        raise NotEvidence("bomb")
    return image


def _decode(image: Image.Image) -> None:
    """Read the picture to its last block."""
    try:
        image.load()
    except Exception as error:  # as above
        raise NotEvidence("truncated") from error
