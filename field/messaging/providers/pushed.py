"""国内推送: how pushes of the domestic gateways are let in and read; they sign nothing."""

import hmac
import ipaddress
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from field.messaging.messages import NotGenuine, Unreadable
from field.monitoring.workdays import SHANGHAI

ANYWHERE = "any"
LONG = 20  # letters of a secret that nobody guesses
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Item = dict[str, Any]
Read = TypeVar("Read")

log = logging.getLogger("field.messaging.providers.pushed")


@dataclass(frozen=True)
class Door:
    """门禁: the secret in the path and the addresses that pushes come from; whoever pushes needs both."""

    secret: str = ""
    networks: tuple[Network, ...] = ()
    anywhere: bool = False
    unreadable: tuple[str, ...] = ()


def door(secret: str, addresses: str) -> Door:
    """The door of a secret and a list of addresses or networks; `any` must be said, no list lets nobody in."""
    networks: list[Network] = []
    unreadable: list[str] = []
    listed = addresses.replace(",", " ").split()
    for address in listed:
        try:
            networks.append(ipaddress.ip_network(address, strict=False))
        except ValueError:
            unreadable.append(address)
    anywhere = listed == [ANYWHERE]
    return Door(secret, tuple(networks), anywhere, () if anywhere else tuple(unreadable))


def let_in(door: Door, secret: str, address: str | None) -> None:
    """NotGenuine unless the secret is the door's and the address one of its own."""
    same = hmac.compare_digest(secret.encode(errors="replace"), door.secret.encode(errors="replace"))
    if not door.secret or not same or not _expected(door, address):
        raise NotGenuine


def read_each(body: bytes, read: Callable[[Item], Read]) -> list[Read]:
    """What can be read of the items pushed; Unreadable only where nothing can, for a refused push comes whole again."""
    given = _items(body)
    found: list[Read] = []
    for item in given:
        try:
            found.append(read(item))
        except Unreadable:
            continue
    if given and not found:
        raise Unreadable("no item that can be read")
    if len(found) < len(given):
        log.warning("of %d items pushed %d could not be read", len(given), len(given) - len(found))
    return found


def word(item: Item, name: str) -> str:
    """A text or whole number of an item as text, without halves of characters; Unreadable where there is none."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(name)
    return str(value).encode(errors="replace").decode()


def known_by(item: Item, name: str) -> str:
    """A provider's id of a message that we sent; Unreadable where no column could hold it."""
    value = word(item, name).strip()
    if not value or not value.isprintable():
        raise Unreadable(name)
    return value


def in_shanghai(text: object, now: datetime) -> datetime:
    """A time as the gateways write it, by the clock of Shanghai; now, where it is none."""
    try:
        local = datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return now


def _items(body: bytes) -> list[Item]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None
    given = read if isinstance(read, list) else [read]
    return [item if isinstance(item, dict) else {} for item in given]


def _expected(door: Door, address: str | None) -> bool:
    if door.anywhere:
        return True
    try:
        came = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    plain = getattr(came, "ipv4_mapped", None) or came
    return any(plain in network for network in door.networks)
