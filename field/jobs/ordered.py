"""谁要的: who ordered a job, asked for the right once more when the worker comes to it."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from field.labels import Word
from field.registry.deputies import as_signed
from field.registry.rights import Actor
from field.work import Assignment, GiveUp

NO_LONGER = Word("这个账号现在的岗位不能做这件事，没有做；需要的话，请现在有权限的人再来一次")


def orderer(session: Session, task: Assignment, allowed: Callable[[Actor], bool]) -> Actor:
    """Who ordered it, in the same post if it is still held; GiveUp where that no longer allows it."""
    by = as_signed(session, task.staff_id or "", task.payload.get("signed"), task.clock())
    if by is None or not allowed(by):
        raise GiveUp(NO_LONGER)
    return by
