"""行政区划: the tree of national statistical codes, where a code begins with its parent's."""

from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from field.orm import Base, Name, RegionCode

LEVELS = {2: "省", 4: "市", 6: "县", 9: "乡镇", 12: "村"}
COUNTY, TOWN, VILLAGE = 6, 9, 12


def code_in(place: str) -> str | None:
    """A place that was written as the code of a region; None for one in words."""
    return place if place.isdigit() and len(place) in LEVELS else None


class Region(Base):
    """地区: a province (2 digits), city (4), county (6), town (9) or village (12)."""

    __tablename__ = "region"

    code: Mapped[RegionCode] = mapped_column(primary_key=True)
    name: Mapped[Name]

    @property
    def level(self) -> str:
        """The word for its level."""
        return LEVELS[len(self.code)]


class County(NamedTuple):
    """县: the one whose ledger this is."""

    code: str
    name: str


_counties: WeakKeyDictionary[Engine, County] = WeakKeyDictionary()
_county = select(Region.code, Region.name).where(func.length(Region.code) == COUNTY).order_by(Region.code).limit(1)


def county(session: Session) -> County | None:
    """The county of a database, read once; None before its places are loaded."""
    engine = session.get_bind().engine
    if engine not in _counties and (found := session.execute(_county).first()):
        _counties[engine] = County(*found)
    return _counties.get(engine)


def within(code: str, region: str) -> bool:
    """Whether a code lies in a region's subtree, the region itself included; what is no code lies nowhere."""
    return bool(region) and code.startswith(region) and code.isascii() and code.isdigit()


def lies_in(column: InstrumentedAttribute[str], region: str) -> ColumnElement[bool]:
    """The same as `in_region` past its index, so that no database begins with the households where others are few."""
    return column.like(f"{region}%")


def in_region(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], region: str
) -> ColumnElement[bool]:
    """The same as `within`, as a condition that an index on the column can answer."""
    return and_(column >= region, column < _after(region)) if region else column.is_not(None)


def parent(code: str) -> str | None:
    """The code of the level above, or None for a province."""
    shorter = [length for length in LEVELS if length < len(code)]
    return code[: shorter[-1]] if shorter else None


def children(region: str) -> Select[Region]:
    """The regions one level below, by code."""
    longer = min((length for length in LEVELS if length > len(region)), default=0)
    below = in_region(Region.code, region)
    return select(Region).where(below, Region.code.like("_" * longer)).order_by(Region.code)


def names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The names of regions by code; a code that is not in the list is missing."""
    wanted = set(codes)
    rows = session.execute(select(Region.code, Region.name).where(Region.code.in_(wanted)))
    return dict(rows.all())


def load_regions(session: Session, rows: Iterable[tuple[str, str]]) -> int:
    """Add or rename regions from (code, name); the count of rows. ValueError names a code of no level."""
    count = 0
    for code, name in rows:
        if len(code) not in LEVELS or not code.isdigit():
            raise ValueError(f"区划代码 {code} 不是 2、4、6、9 或 12 位数字")
        session.merge(Region(code=code, name=name))
        count += 1
    session.flush()
    return count


def _after(region: str) -> str:
    """What sorts right after the whole subtree, by digits alone, since databases do not agree on other characters."""
    kept = region.rstrip("9")
    return kept[:-1] + chr(ord(kept[-1]) + 1) if kept else ":"
