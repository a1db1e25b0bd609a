"""村名: every way to write a village in a sheet, and the code that it means."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from field.registry.regions import TOWN, VILLAGE, Region, in_region, parent

AMBIGUOUS = "有几个村叫这个名字，请带上乡镇名，如马桥镇中坪村"


def village_names(session: Session, region: str) -> dict[str, str]:
    """The code for each way to write a village of the region ('' is everywhere), or in Chinese why it is not clear."""
    county = session.execute(select(Region.code, Region.name).where(in_region(Region.code, region[:6])))
    named = dict(county.all())
    meaning: dict[str, str] = {}
    for code, name in named.items():
        if len(code) != VILLAGE or not code.startswith(region):
            continue
        town = named.get(parent(code) or "", "")
        for written in _ways(name):
            meaning[written] = AMBIGUOUS if written in meaning else code
            meaning[town + written] = code
        meaning[code] = code
    return meaning


def villages_called(name: str, town: str = "") -> Select[str]:
    """The codes of the villages whose names begin so, of the town alone where one is said."""
    above = aliased(Region)
    named = func.length(Region.code) == VILLAGE, Region.name.startswith(name, autoescape=True)
    codes = select(Region.code).where(*named)
    if not town:
        return codes
    return codes.join(above, above.code == func.substr(Region.code, 1, TOWN)).where(above.name == town)


def towns_with(session: Session, village: str) -> Sequence[str]:
    """The names of the towns that have a village of a name."""
    if not village:
        return ()
    above = func.substr(villages_called(village).subquery().c.code, 1, TOWN)
    return session.scalars(select(Region.name).where(Region.code.in_(select(above))).order_by(Region.code)).all()


def _ways(name: str) -> list[str]:
    """中坪村, 中坪村委会; 新街社区, 新街社区居委会."""
    return [name, f"{name}{'居委会' if name.endswith('社区') else '委会'}"]
