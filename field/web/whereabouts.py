"""所在地区: the region that a page speaks of, the way up from it within the reader's own, and what lies below."""

from dataclasses import dataclass

from flask import request

from field.auth import actor
from field.db import db
from field.problems import NOT_FOUND, Problem
from field.registry import regions
from field.registry.regions import VILLAGE, Region, parent
from field.registry.rights import NotAllowed, Right


@dataclass(frozen=True)
class Here:
    """地区: its code and name, `trail` from the reader's own region down to it, `below` one level down."""

    code: str
    name: str
    trail: tuple[tuple[str, str], ...]
    below: tuple[Region, ...]

    @property
    def is_village(self) -> bool:
        """Whether nothing lies below."""
        return len(self.code) == VILLAGE


def here(right: Right) -> Here:
    """The region of the address (`?region=`), else the reader's own; NotAllowed outside that, 404 for none."""
    code, own = request.args.get("region") or actor().region, actor().region
    if not actor().may(right, code):
        raise NotAllowed
    names = regions.names(db.session(), above := _trail(code, own))
    if code not in names:
        raise Problem(*NOT_FOUND)
    below = () if len(code) == VILLAGE else tuple(db.session.scalars(regions.children(code)))
    return Here(code, names[code], tuple((one, names.get(one, one)) for one in above), below)


def _trail(code: str, own: str) -> list[str]:
    above = [code]
    while above[-1] != own and (up := parent(above[-1])):
        above.append(up)
    return above[::-1]
