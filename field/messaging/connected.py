"""接通: which providers a county has, which of them sends on which channel, and who fetches photographs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from field.codes import Channel
from field.messaging.domestic_senders import domestic_senders
from field.messaging.messages import Sender
from field.messaging.pictures import Fetch
from field.messaging.providers import aliyun, simulator, tencent, twilio
from field.messaging.providers.aliyun import Aliyun
from field.messaging.providers.simulator import Simulator
from field.messaging.providers.tencent import Tencent
from field.messaging.providers.twilio import Twilio, TwilioSender
from field.messaging.scene import Ways


@dataclass(frozen=True)
class Connected:
    """接通的渠道: the settings of each provider that is set up; in the demo, what none sends is only shown."""

    public_url: str
    demo: bool = False
    twilio: Twilio | None = None
    aliyun: Aliyun | None = None
    tencent: Tencent | None = None
    templates: Path | None = None

    @property
    def ways(self) -> Ways:
        """Which provider sends what is not an answer within the provider's own call."""
        found: dict[str, str] = {Channel.SMS: simulator.NAME, Channel.WECHAT: simulator.NAME} if self.demo else {}
        if self.twilio and self.twilio.account_sid:
            found[Channel.SMS] = twilio.NAME
        for domestic in (self.tencent, self.aliyun):
            if domestic and domestic.sends:
                found[Channel.SMS] = domestic.name
        return found

    def senders(self) -> Mapping[str, Sender]:
        """Every provider that can send, by its name."""
        found: dict[str, Sender] = {simulator.NAME: Simulator()} if self.demo else {}
        if self.twilio and self.twilio.account_sid:
            found[twilio.NAME] = TwilioSender(self.twilio, f"{self.public_url}/hooks/twilio/status")
        return found | domestic_senders(self.aliyun, self.tencent, self.templates)

    def fetchers(self) -> Mapping[str, Fetch]:
        """Every provider that keeps photographs, by its name."""
        return {twilio.NAME: partial(twilio.fetch, self.twilio)} if self.twilio else {}


def connect(environ: Mapping[str, str], public_url: str, templates: Path, *, demo: bool) -> Connected:
    """What the environment sets up."""
    return Connected(
        public_url, demo, twilio.settings_from(environ), aliyun.settings_from(environ), tencent.settings_from(environ),
        templates,
    )  # fmt: skip
