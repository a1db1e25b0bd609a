"""国内短信发送: the senders of the gateways that are set up to send and whose SDK is there."""

import logging
from importlib.util import find_spec
from pathlib import Path

from field.messaging.dialogs.loading import Faulty
from field.messaging.messages import Sender
from field.messaging.providers import aliyun, tencent
from field.messaging.providers.aliyun import Aliyun, AliyunSender
from field.messaging.providers.tencent import Tencent, TencentSender
from field.messaging.templates import read

log = logging.getLogger("field.messaging.domestic_senders")


def domestic_senders(ali: Aliyun | None, ten: Tencent | None, templates: Path | None) -> dict[str, Sender]:
    """A sender for each gateway that can send, by the provider's name; none while the file of templates is faulty."""
    found: dict[str, Sender] = {}
    try:
        approved = read(templates or Path())
    except Faulty as faulty:
        log.error("nothing is sent through Aliyun or Tencent: %s", faulty)
        return found
    if ali and _can_send(ali, aliyun.SDK):
        found[aliyun.NAME] = AliyunSender(ali, approved[aliyun.NAME])
    if ten and _can_send(ten, tencent.SDK):
        found[tencent.NAME] = TencentSender(ten, approved[tencent.NAME])
    return found


def installed(sdk: str) -> bool:
    """Whether a gateway's SDK is there; it is an extra of the product."""
    try:
        return find_spec(sdk) is not None
    except ModuleNotFoundError:  # of the package around it
        return False


def _can_send(settings: Aliyun | Tencent | None, sdk: str) -> bool:
    if settings is None or not settings.sends:
        return False
    if not installed(sdk):
        log.error("%s is not installed: nothing is sent through it", sdk)
        return False
    return True
