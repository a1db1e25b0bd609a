"""断点续传: tus by an independent client over a connection that is cut in the middle of a piece."""

import hashlib
import io
import os
import random
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import requests
from PIL import Image
from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed

from field import clock
from field.api.uploads import PIECE
from field.media.pieces import Pieces
from tests.county import Client, County
from tests.media.pictures import saved, scene
from tests.running import Server, serving, settings_of

NOISE = Image.frombytes("RGB", (800, 600), random.Random(5).randbytes(800 * 600 * 3))
PHOTO = saved(NOISE, "JPEG", quality=92)
DIGEST = hashlib.sha256(PHOTO).hexdigest()
TUS = {"Tus-Resumable": "1.0.0"}
assert len(PHOTO) > 6 * PIECE


class Cable:
    """A TCP line to a server that breaks after so many bytes of the body of a PATCH, once for each cut named.

    A silent cable breaks as a mountain breaks it: the server is told nothing.
    """

    def __init__(self, port: int, cuts: Sequence[int] = (), silent: bool = False) -> None:
        self.port, self.cuts, self.silent = port, list(cuts), silent
        self.carried = 0
        self.ends: list[socket.socket] = []
        self.ear = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ear.getsockname()[1]}"

    def __enter__(self) -> "Cable":
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self.ear, *self.ends):
            end.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near = self.ear.accept()[0]
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self.port))
        self.ends += [near, far]
        threading.Thread(target=_pump, args=(far, near), daemon=True).start()
        with suppress(OSError):
            if self._there(near, far):
                far.shutdown(socket.SHUT_WR)
                return
            near.shutdown(socket.SHUT_RDWR)
            if not self.silent:
                far.shutdown(socket.SHUT_RDWR)

    def _there(self, near: socket.socket, far: socket.socket) -> bool:
        """Carry one request and count the bytes of its body; false when the line breaks."""
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := near.recv(16 * 1024)):
                return True
            head += data
        head, _, data = head.partition(b"\r\n\r\n")
        far.sendall(head + b"\r\n\r\n")
        counts, body = head.startswith(b"PATCH"), 0
        while data or (data := near.recv(16 * 1024)):
            if counts and self.cuts:
                data = data[: self.cuts[0] - body]
            far.sendall(data)
            body += len(data)
            self.carried += len(data) if counts else 0
            data = b""
            if counts and self.cuts and body == self.cuts[0]:
                self.cuts.pop(0)
                return False
        return True


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(16 * 1024):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def server(small_county: County) -> Iterator[Server]:
    with serving(small_county) as server:
        yield server


@pytest.fixture
def cadre(small_county: County) -> Client:
    return small_county.client("cadre")


def tus(server: str, county: County, **how: Any) -> Any:
    """An upload of the photograph by tuspy."""
    client = TusClient(f"{server}/api/uploads", headers={"Authorization": f"Bearer {token(county)}"})
    return client.uploader(file_stream=io.BytesIO(PHOTO), metadata={"sha256": DIGEST}, **how)


def token(county: County) -> str:
    found = county.client("cadre").token
    assert found is not None
    return found


def kept(county: County) -> bytes:
    """The photograph as the county holds it; the cadre may see it, the original is read from the vault."""
    assert county.client("cadre").get(f"/api/evidence/{DIGEST}").status_code == 200
    photo: bytes = county.app.extensions["field_vault"].get(DIGEST)
    return photo


@pytest.mark.parametrize("silent", [False, True], ids=["cut off", "fallen silent"])
def test_a_cut_line_repeats_at_most_one_piece(server: Server, small_county: County, silent: bool) -> None:
    cuts = [100_000, 1, PIECE, 5, 65_535, 65_537, 99_999]
    with Cable(server.port, cuts, silent) as cable:
        tus(cable.url, small_county, retries=len(cuts), retry_delay=0.2).upload()
        assert cable.cuts == [], "every cut was made"
        assert kept(small_county) == PHOTO
        assert len(PHOTO) <= cable.carried <= len(PHOTO) + len(cuts) * PIECE


def test_lines_that_fall_silent_do_not_hold_the_servers_threads_for_ever(small_county: County) -> None:
    with serving(small_county, FIELD_SILENCE_SECONDS="1") as server:
        lines = [half_a_request(server.port, token(small_county)) for _ in range(2 * 8 + 4)]
        answer = requests.get(
            f"{server.url}/api/me", headers={"Authorization": f"Bearer {token(small_county)}"}, timeout=20
        )
        assert answer.status_code == 200
        for line in lines:
            line.close()


def half_a_request(port: int, bearer: str) -> socket.socket:
    """A photograph of which only the first bytes come, on a line that stays open."""
    line = socket.create_connection(("127.0.0.1", port))
    head = f"PUT /api/evidence/{DIGEST} HTTP/1.1", "Host: x", f"Authorization: Bearer {bearer}", "Content-Length: 999"
    line.sendall("\r\n".join((*head, "", "x")).encode())
    return line


def test_what_another_process_began_goes_on_where_it_stood(server: Server, small_county: County) -> None:
    begun = tus(server.url, small_county, chunk_size=PIECE)
    for _ in range(3):
        begun.upload_chunk()
    server.kill()
    server.start()
    with Cable(server.port) as cable:
        later = tus(cable.url, small_county, chunk_size=PIECE, url=begun.url.replace(server.url, cable.url))
        assert later.offset == 3 * PIECE
        later.upload()
        assert cable.carried == len(PHOTO) - 3 * PIECE
    assert kept(small_county) == PHOTO


def test_two_hands_on_one_upload_do_not_mix_their_pieces(server: Server, small_county: County) -> None:
    begun = tus(server.url, small_county, chunk_size=PIECE)
    begun.upload_chunk()
    other = tus(server.url, small_county, chunk_size=PIECE, url=begun.url)
    other.upload_chunk()
    with pytest.raises(TusUploadFailed):
        begun.upload_chunk()
    other.upload()
    assert kept(small_county) == PHOTO


def begin(cadre: Client, photo: bytes = PHOTO, digest: str = DIGEST) -> str:
    told = {"Upload-Length": str(len(photo)), "Upload-Metadata": f"sha256 {b64encode(digest.encode()).decode()}"}
    answer = cadre.post("/api/uploads", headers={**TUS, **told})
    assert answer.status_code == 201
    return answer.headers["Location"]


def send(cadre: Client, place: str, data: bytes, offset: int = 0) -> Any:
    headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return cadre.patch(place, data=data, headers=headers)


def pieces(county: County) -> Pieces:
    found: Pieces = county.app.extensions["field_pieces"]
    return found


def test_a_server_that_died_after_the_last_piece_takes_the_photograph_in_when_asked(
    small_county: County, cadre: Client
) -> None:
    place = begin(cadre)
    pieces(small_county).add(place.rpartition("/")[2], 0, PHOTO)  # and here it was killed
    assert cadre.get(f"/api/evidence/{DIGEST}").status_code == 404
    answer = cadre.head(place, headers=TUS)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (200, str(len(PHOTO)))
    assert kept(small_county) == PHOTO


@pytest.mark.parametrize(("asked", "status"), [("offset", 404), ("whole", 404), ("empty", 204)])
def test_an_upload_that_another_request_drops_meanwhile_is_not_found_unless_it_is_kept_already(
    cadre: Client, monkeypatch: pytest.MonkeyPatch, asked: str, status: int
) -> None:
    real = getattr(Pieces, asked)

    def late(pieces: Pieces, upload: str) -> Any:
        pieces.drop(upload)
        return real(pieces, upload)

    monkeypatch.setattr(Pieces, asked, late)
    place = begin(cadre)
    assert (cadre.head(place, headers=TUS) if asked == "offset" else send(cadre, place, PHOTO)).status_code == status


def test_a_piece_that_a_crash_cut_leaves_nothing_behind(small_county: County, cadre: Client) -> None:
    place = begin(cadre)
    with (settings_of(small_county).home / "uploads" / place.rpartition("/")[2]).open("ab") as file:
        file.write((100_000).to_bytes(4, "big") + (2).to_bytes(4, "big") * 5000)
    assert send(cadre, place, PHOTO[:10]).headers["Upload-Offset"] == "10"
    assert send(cadre, place, PHOTO[10:], 10).status_code == 204
    assert kept(small_county) == PHOTO


def test_what_nobody_touched_for_long_is_forgotten_and_nothing_else(small_county: County, cadre: Client) -> None:
    folder, old, young = settings_of(small_county).home / "uploads", begin(cadre), begin(cadre)
    before = clock.now() - timedelta(days=7)
    for place, second in ((old, -1), (young, 1)):
        at = before.timestamp() + second
        os.utime(folder / place.rpartition("/")[2], (at, at))
    assert pieces(small_county).sweep(before) == 1
    assert [cadre.head(place, headers=TUS).status_code for place in (old, young)] == [404, 200]


def test_what_is_in_the_vault_does_not_lie_among_the_pieces_too(small_county: County, cadre: Client) -> None:
    place = begin(cadre)
    assert send(cadre, place, PHOTO).status_code == 204
    folder = settings_of(small_county).home / "uploads"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1000
    head = cadre.head(place, headers=TUS)
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, str(len(PHOTO)))
    assert send(cadre, place, b"", len(PHOTO)).status_code == 204
    assert send(cadre, place, PHOTO[-9:], len(PHOTO) - 9).status_code == 409
    assert kept(small_county) == PHOTO


def test_half_a_photograph_on_its_way_is_not_readable_on_the_disk(small_county: County, cadre: Client) -> None:
    send(cadre, begin(cadre), PHOTO[: 2 * PIECE])
    [path] = (settings_of(small_county).home / "uploads").iterdir()
    content = path.read_bytes()
    assert len(content) > 2 * PIECE
    assert [part for part in (PHOTO[:16], PHOTO[PIECE : PIECE + 16], DIGEST.encode()) if part in content] == []
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({}, 412),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": "000"}, 422),
        ({"Upload-Length": str(15 * 1024 * 1024 + 1)}, 413),
        ({"Upload-Length": "9" * 12}, 413),
        ({"Upload-Metadata": ""}, 400),
        ({"Upload-Metadata": "sha256"}, 400),
        ({"Upload-Metadata": "sha256 ????"}, 400),
        ({"Upload-Metadata": f"sha256 {b64encode(b'Z' * 64).decode()}"}, 400),
        ({"Upload-Metadata": f"name {b64encode(DIGEST.encode()).decode()}"}, 400),
    ],
)
def test_an_upload_that_promises_wrongly_is_not_begun(
    small_county: County, cadre: Client, headers: dict[str, str], status: int
) -> None:
    good = {**TUS, "Upload-Length": "9", "Upload-Metadata": f"sha256 {b64encode(DIGEST.encode()).decode()}"}
    answer = cadre.post("/api/uploads", headers={**good, **headers} if headers else {})
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (status, "1.0.0")
    assert list((settings_of(small_county).home / "uploads").iterdir()) == []


def test_more_than_was_promised_is_refused(small_county: County, cadre: Client) -> None:
    photo = saved(scene(1), "JPEG")
    place = begin(cadre, photo, hashlib.sha256(photo).hexdigest())
    assert send(cadre, place, photo + b"x").status_code == 413
    assert cadre.head(place, headers=TUS).headers["Upload-Offset"] in ("0", str(len(photo)))


def test_what_another_has_begun_is_not_there(small_county: County, cadre: Client) -> None:
    place, other = begin(cadre), small_county.client("cadre2")
    assert (other.head(place, headers=TUS).status_code, send(other, place, PHOTO).status_code) == (404, 404)
    assert cadre.head(place, headers=TUS).headers["Upload-Offset"] == "0"


def test_what_is_no_photograph_is_dropped_so_that_a_better_one_may_come(small_county: County, cadre: Client) -> None:
    page = b"<html>no photograph</html>"
    place = begin(cadre, page, hashlib.sha256(page).hexdigest())
    assert send(cadre, place, page).status_code == 422
    assert cadre.head(place, headers=TUS).status_code == 404
    assert list((settings_of(small_county).home / "uploads").iterdir()) == []


@pytest.mark.parametrize("offset", ["", "-1", "1.0", "9" * 30, "x"])
def test_a_piece_without_a_sound_offset_is_refused(cadre: Client, offset: str) -> None:
    headers = {**TUS, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream"}
    assert cadre.patch(begin(cadre), data=b"x", headers=headers).status_code == 400


def test_a_piece_of_another_type_is_refused(cadre: Client) -> None:
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "image/jpeg"}
    assert cadre.patch(begin(cadre), data=b"x", headers=headers).status_code == 415


def test_the_server_tells_what_it_can(small_county: County) -> None:
    answer = small_county.client().options("/api/uploads")
    told = [answer.headers[name] for name in ("Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Resumable")]
    assert told == ["1.0.0", "creation", str(15 * 1024 * 1024), "1.0.0"]
