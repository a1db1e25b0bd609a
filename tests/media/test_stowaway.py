"""A second, active format in a photograph is refused; what phones and programs add themselves is not."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from field.media.photo import NotEvidence, inspect

from .pictures import real, saved, scene

JPEG, PNG, WEBP = (saved(scene(), form) for form in ("JPEG", "PNG", "WEBP"))


def archive(comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.js", "alert(1)" * 20)
        packed.comment = comment
    return file.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
EMBEDDABLE = {
    "zip": archive(),
    "pdf": PDF,
    "page": b"<!DOCTYPE html><html><body onload=alert(1)>",
    "page in capitals": b"<HTML ><P>",
    "script": b"<ScRiPt>alert(1)</sCrIpT>",
    "php": b"<?php system($_GET['c']); ?>",
    "shell": b"#!/bin/sh\nrm -rf ~\n",
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(40),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(40),
    "drawing": b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'>",
}
APPENDABLE = EMBEDDABLE | {
    "empty zip": b"PK\x05\x06" + bytes(18),
    "zip with a strange header": archive().replace(b"\x03\x04\x14", b"\x03\x04\xff"),
    "page after blanks": bytes(5_000) + b"\r\n \xef\xbb\xbf<p onclick=alert(1)>",
    "env shell": b"#! /opt/sh\n",
    "windows program": b"MZ\x90\0" + bytes(100),
    "linux program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "postscript": b"%!PS-Adobe-3.0\n",
}


def jpeg_segment(marker: int, text: bytes) -> bytes:
    return JPEG[:2] + b"\xff" + bytes([marker]) + struct.pack(">H", len(text) + 2) + text + JPEG[2:]


def png_chunk(name: bytes, text: bytes) -> bytes:
    chunk = struct.pack(">I", len(text)) + name + text + struct.pack(">I", zlib.crc32(name + text))
    return PNG[:33] + chunk + PNG[33:]


def webp_chunk(text: bytes) -> bytes:
    text += bytes(len(text) % 2)
    body = WEBP[8:] + b"JUNK" + struct.pack("<I", len(text)) + text
    return b"RIFF" + struct.pack("<I", len(body)) + body


PLACES: dict[str, Callable[[bytes], bytes]] = {
    "comment": lambda text: jpeg_segment(0xFE, text),
    "maker's segment": lambda text: jpeg_segment(0xEB, text),
    "xmp": lambda text: jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + text),
    "png text": lambda text: png_chunk(b"tEXt", b"Comment\0" + text),
    "png private chunk": lambda text: png_chunk(b"prVt", text),
    "webp chunk": webp_chunk,
}


def refused(data: bytes) -> bool:
    with pytest.raises(NotEvidence) as error:
        inspect(data)
    return error.value.code == "active_content"


@pytest.mark.parametrize("picture", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
@pytest.mark.parametrize("stowaway", APPENDABLE.values(), ids=APPENDABLE)
def test_a_second_format_behind_the_photo_is_refused(picture: bytes, stowaway: bytes) -> None:
    assert refused(picture + stowaway)


@pytest.mark.parametrize("stowaway", EMBEDDABLE.values(), ids=EMBEDDABLE)
@pytest.mark.parametrize("hide", PLACES.values(), ids=PLACES)
def test_a_second_format_inside_the_photo_is_refused(hide: Callable[[bytes], bytes], stowaway: bytes) -> None:
    assert inspect(hide(b"harmless words")).width == 320
    assert refused(hide(stowaway))


@pytest.mark.parametrize("name", ["IMG_5195.HEIC", "jolla.jpg"])
@pytest.mark.parametrize("stowaway", APPENDABLE.values(), ids=APPENDABLE)
def test_a_second_format_behind_a_real_photo_is_refused(name: str, stowaway: bytes) -> None:
    assert refused(real(name) + stowaway)


def test_an_archive_that_takes_the_rest_of_the_photo_for_its_comment_is_refused() -> None:
    head = len(jpeg_segment(0xFE, archive())) - len(JPEG) + 2
    polyglot = jpeg_segment(0xFE, archive(comment=b"-" * (len(JPEG) - 2)).rstrip(b"-"))
    assert zipfile.ZipFile(io.BytesIO(polyglot)).namelist() == ["a.js"]
    assert head < len(polyglot)
    assert refused(polyglot)


def test_a_script_that_takes_the_photo_for_its_comment_is_refused() -> None:
    polyglot = jpeg_segment(0xEB, (b"*/=alert(1);/*").ljust(0x2F2A - 2, b"\0"))
    assert polyglot[4:6] == b"/*"
    assert refused(polyglot)
    assert not any(polyglot[4:6] == picture[4:6] for picture in (JPEG, PNG, WEBP))


def test_a_second_format_behind_the_video_of_a_motion_photo_is_refused() -> None:
    assert refused(JPEG + video() + archive())


def video() -> bytes:
    noise = random.Random(5).randbytes(300_000) + b"PK\x03\x04" + b"#!" + b"<?" + b"MZ" + b"*/"
    return b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + struct.pack(">I", 8 + len(noise)) + b"mdat" + noise


def samsung() -> bytes:
    """Samsung's trailer: a block, its directory SEFH with the distance back to it, the directory's length, SEFT."""
    block = b"\0\0\x30\x0a" + struct.pack("<I", 16) + b"MotionPhoto_Data" + video()
    directory = b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0A30, len(block), len(block))
    return block + directory + struct.pack("<I", len(directory)) + b"SEFT"


def depth_map() -> bytes:
    return saved(scene(2, (80, 60)).convert("L"), "JPEG")


@pytest.mark.parametrize(
    "trailer",
    [
        video(),
        samsung(),
        depth_map(),
        depth_map() + video(),
        JPEG[: len(JPEG) // 2],
        bytes(4096),
        b"\xff\xff\xff\xff",
        b'vivo{"sceneMode":1}',
        random.Random(6).randbytes(2000),
    ],
    ids=["motion", "samsung", "map", "map and motion", "cut map", "padding", "fill", "words", "unknown"],
)
def test_what_phones_add_behind_a_photo_is_accepted(trailer: bytes) -> None:
    photo = inspect(JPEG + trailer)
    assert (photo.width, photo.height, photo.size) == (320, 240, len(JPEG + trailer))


def test_a_multi_picture_file_is_accepted_as_its_first_picture() -> None:
    data = saved(scene(), "MPO", save_all=True, append_images=[scene(2, (80, 60))])
    assert b"MPF\0" in data
    assert (inspect(data).format, inspect(data).width) == ("jpeg", 320)
    assert refused(data + archive())


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_index_of_further_pictures_costs_nothing() -> None:
    data = saved(scene(), "MPO", save_all=True, append_images=[scene(2)])
    at = data.index(b"MPF\0") + 12
    assert inspect(data[:at] + random.Random(7).randbytes(60) + data[at + 60 :]).width == 320


def test_a_photo_that_describes_itself_in_words_is_accepted() -> None:
    xmp = (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description GCamera:MotionPhoto="1"'
        b' xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    for data in (
        saved(scene(), "JPEG", xmp=xmp, comment="扫描件 PK #! MZ <b>合疗</b> */".encode()),
        saved(scene(), "PNG", pnginfo=info),
        saved(scene(), "WEBP", xmp=xmp),
    ):
        assert inspect(data).width == 320


def test_noise_in_a_photo_is_not_taken_for_a_second_format() -> None:
    for seed in range(20):
        noise = Image.frombytes("RGB", (300, 300), random.Random(seed).randbytes(270_000))
        for data in (saved(noise, "JPEG", quality=95), saved(noise, "PNG"), saved(noise, "WEBP", quality=90)):
            assert inspect(data).width == 300
