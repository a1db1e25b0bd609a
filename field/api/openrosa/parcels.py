"""收照片: photographs that come with a form, in one sending or in several, known by their files' names."""

import contextlib
from collections.abc import Iterable
from hashlib import sha256

from werkzeug.datastructures import FileStorage

from field.api.evidence import take_in
from field.api.uploads import pieces
from field.media.photo import MAX_BYTES
from field.media.pieces import Promise, Unknown
from field.problems import Problem
from field.registry.rights import Actor


def take(files: Iterable[FileStorage], by: Actor) -> dict[str, str]:
    """Keep the photographs; the digest of each by the name of its file. Problem for one that is none."""
    digests = {}
    for file in files:
        data, name = file.stream.read(MAX_BYTES + 1), file.filename or ""
        digests[name] = sha256(data).hexdigest()
        try:
            take_in(digests[name], data, by)
        except Problem as problem:
            raise Problem(problem.status, problem.code, f"{name[:60]}：{problem.detail}") from problem
    return digests


def remember(digests: dict[str, str], instance: str, by: Actor) -> None:
    """Note what came with a part of a form, until the rest is here or a week has gone by."""
    for name, digest in digests.items():
        upload = _place(name, instance, by)
        pieces().drop(upload)
        with contextlib.suppress(FileExistsError):  # the same at the same time
            pieces().begin(Promise(digest, 0, by.staff_id), upload)


def remembered(names: Iterable[str], instance: str, by: Actor) -> dict[str, str]:
    """The digests of those of these files that came before."""
    found = {}
    for name in names:
        with contextlib.suppress(Unknown):
            found[name] = pieces().promised(_place(name, instance, by)).sha256
    return found


def _place(name: str, instance: str, by: Actor) -> str:
    return sha256(f"{by.staff_id}\0{instance}\0{name}".encode()).hexdigest()[:32]
