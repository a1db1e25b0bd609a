"""A sending worker in a process of its own, whose provider is a file: `python -m tests.messaging.postman FILE [keyed]`.

A message whose key ends in `:before` or `:after` kills the process once, before or after the provider took it.
"""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from field import clock, create_app
from field.db import db
from field.messaging.messages import Outbound
from field.messaging.outbox import OutboundMessage
from field.messaging.sending import send_some
from field.messaging.sending_rules import Fate, Rules
from tests.messaging.people import Turns

RULES = Rules(lease=timedelta(seconds=2), rates={"sms": ((1000, timedelta(seconds=1)),)})


class FileProvider:
    """Takes a message by writing its key down; where it knows keys, a known one is taken and not written again."""

    def __init__(self, file: Path, *, takes_keys: bool) -> None:
        self.file, self.takes_keys = file, takes_keys

    def send(self, message: Outbound) -> str:
        """Take the message, slowly; the id is the key's."""
        self.die(message.key, "before")
        time.sleep(0.01)
        if not (self.takes_keys and message.key in self.file.read_text().splitlines()):
            with self.file.open("a") as file:
                file.write(f"{message.key}\n")
        time.sleep(0.01)
        self.die(message.key, "after")
        return f"id-{message.key}"

    def die(self, key: str, when: str) -> None:
        """As if the power went, once for each key."""
        deaths = self.file.with_suffix(".deaths")
        if key.endswith(when) and key not in (deaths.read_text().splitlines() if deaths.exists() else ()):
            with deaths.open("a") as file:
                file.write(f"{key}\n")
            os.kill(os.getpid(), signal.SIGKILL)


def main(file: Path, keyed: str = "") -> None:
    """Send until nothing waits any more."""
    app = create_app()
    with app.app_context():
        turns = Turns(db.engine.execution_options(field_writes=True))
    provider = FileProvider(file, takes_keys=keyed == "keyed")
    while turns(_waiting):
        if not send_some(turns, {"file": provider}, clock.now, f"worker-{os.getpid()}", RULES):
            time.sleep(0.1)


def _waiting(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(OutboundMessage.state == Fate.QUEUED.value))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
