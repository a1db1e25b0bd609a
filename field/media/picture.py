"""图像: Pillow's one door: bytes decoded no larger than needed, upright, plain RGB."""

import io
from collections.abc import Callable

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from field.media.anatomy import Format, kind

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = {5, 6, 7, 8}


def opened(data: bytes, kind: Format) -> Image.Image:
    """打开: the header read by the one decoder of its kind; any error means that it is none."""
    return _DECODERS[kind](io.BytesIO(data))


def exif_of(image: Image.Image) -> Image.Exif:
    """The picture's EXIF, empty where there is none or it is damaged."""
    try:
        return image.getexif()
    except Exception:  # damaged EXIF raises whatever the parser stumbles over
        return Image.Exif()


def upright_size(size: tuple[int, int], exif: Image.Exif) -> tuple[int, int]:
    """正立尺寸: width and height in pixels as the picture is meant to be looked at."""
    return (size[1], size[0]) if _orientation(exif) in LYING else size


def upright(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """正立: the picture in RGB on white, within a box of pixels before the turn, never enlarged."""
    scale = min(box[0] / image.width, box[1] / image.height, 1)
    image.draft(None, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    image.load()
    turn, plain = TURNS.get(_orientation(exif_of(image))), _on_white(image)
    plain.thumbnail(box, Image.Resampling.LANCZOS)
    return plain.transpose(turn) if turn is not None else plain


def shown(data: bytes, side: int) -> Image.Image:
    """看图: upright and of at most so many pixels a side; ValueError where the bytes are no picture."""
    form = kind(data)
    if form is None:
        raise ValueError("not a picture")
    return upright(opened(data, form), (side, side))


def _orientation(exif: Image.Exif) -> int:
    told = exif.get(ORIENTATION)
    return told if isinstance(told, int) else 1


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _heic(file: io.BytesIO) -> Image.Image:
    from pi_heif import HeifImageFile  # noqa: PLC0415 - 40 ms to import, and few pictures need it

    picture: Image.Image = HeifImageFile(file)
    return picture


_DECODERS: dict[Format, Callable[[io.BytesIO], Image.Image]] = {
    "jpeg": JpegImageFile,
    "png": PngImageFile,
    "webp": WebPImageFile,
    "heic": _heic,
}
