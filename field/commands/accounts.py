"""命令里的账号: who is meant by a user name that was typed."""

import click
from sqlalchemy.orm import Session

from field import clock
from field.registry.deputies import as_signed
from field.registry.rights import Actor
from field.registry.staff import Staff, find_staff


def account(session: Session, username: str) -> Staff:
    """The account."""
    staff = find_staff(session, username)
    if staff is None:
        raise click.ClickException("没有这个用户名")
    return staff


def acting(session: Session, username: str) -> Actor:
    """Its holder, in the post held now."""
    staff = find_staff(session, username)
    person = as_signed(session, staff.id, None, clock.now()) if staff else None
    if person is None:
        raise click.ClickException(f"没有账号 {username}，或者已经停用")
    return person
