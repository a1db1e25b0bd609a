"""演示账号: one for each who uses the software, and in every town a team and an office that did the earlier work."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import Role
from field.registry.rights import Actor
from field.registry.staff import Staff, find_staff, take_post

COUNTY, TOWN = "420626", "420626107"
CADRE, CADRE2 = "420626107204", "420626102203"
ACCOUNTS = {
    "cadre": (Role.VILLAGE, CADRE, "陈干部"),
    "cadre2": (Role.VILLAGE, CADRE2, "李干部"),
    "cadre3": (Role.VILLAGE, CADRE2, "张干部"),
    "town": (Role.TOWN, TOWN, "王主任"),
    "county": (Role.COUNTY, COUNTY, "周主任"),
    "medical": (Role.DEPARTMENT, COUNTY, "医保局"),
    "civil": (Role.UNIT, TOWN, "民政办"),
    "school": (Role.UNIT, TOWN, "中心学校"),
}
OTHERS = {
    "420626101201": "黄干部",
    "420626104202": "刘干部",
    "420626108201": "吴干部",
}  # whose villages have a fund too
UNITS = {"medical": "医保局", "civil": "民政办", "school": "中心学校"}
CLOSED = "!"  # no password has this hash


def open_accounts(session: Session, towns: Iterable[tuple[str, str]], since: datetime) -> dict[str, Actor]:
    """Make the accounts that are not there yet, without passwords; all of them by user name."""
    closed = {f"cadre-{code}": (Role.VILLAGE, code, name) for code, name in OTHERS.items()}
    for code, name in towns:
        closed |= {
            f"team-{code}": (Role.TOWN, code, f"{name}工作队"),
            f"office-{code}": (Role.TOWN, code, f"{name}振兴办"),
        }
    actors = {}
    for username, (role, region, name) in {**ACCOUNTS, **closed}.items():
        staff = find_staff(session, username) or _new(session, username, name)
        take_post(session, staff, role, region, since, str(uuid7()))
        actors[username] = Actor(staff.id, username, name, role, region)
    return actors


def set_passwords(session: Session, password_hash: str) -> None:
    """Give every demo account the password of this hash."""
    for staff in session.scalars(select(Staff).where(Staff.username.in_(ACCOUNTS))):
        staff.password_hash = password_hash


def _new(session: Session, username: str, name: str) -> Staff:
    unit = UNITS.get(username)
    staff = Staff(id=str(uuid7()), username=username, name=name, password_hash=CLOSED, unit=unit, posts=[])
    session.add(staff)
    session.flush()
    return staff
