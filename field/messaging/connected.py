"""接通: which providers a county has, which of them sends on which channel, and who fetches photographs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from field.codes import Channel
from field.messaging.dialogs.loading import Faulty
from field.messaging.dialogs.shapes import SIGNATURE
from field.messaging.domestic_senders import domestic_senders
from field.messaging.messages import Sender
from field.messaging.pictures import Fetch
from field.messaging.providers import aliyun, simulator, tencent, twilio, wechat
from field.messaging.providers.aliyun import Aliyun
from field.messaging.providers.simulator import Simulator
from field.messaging.providers.tencent import Tencent
from field.messaging.providers.twilio import Twilio, TwilioSender
from field.messaging.providers.wechat import WeChat
from field.messaging.providers.wechat_sending import WeChatSender, fetch_photo
from field.messaging.providers.wechat_token import Tokens
from field.messaging.scene import Ways
from field.messaging.sending import Transact
from field.messaging.templates import LONGEST, read

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Connected:
    """接通的渠道: the settings of each provider that is set up; in the demo, what none sends is only shown."""

    public_url: str
    demo: bool = False
    twilio: Twilio | None = None
    aliyun: Aliyun | None = None
    tencent: Tencent | None = None
    wechat: WeChat | None = None
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
        if self.wechat and self.wechat.app_secret:
            found[Channel.WECHAT] = wechat.NAME
        return found

    def ways_for(self, step: str) -> Ways:
        """The same for one step: no SMS where its provider sends templates only and has none approved for it."""
        found = dict(self.ways)
        if found.get(Channel.SMS) in LONGEST and not self._approved(found[Channel.SMS], step):
            del found[Channel.SMS]
        return found

    def _approved(self, provider: str, step: str) -> bool:
        try:
            template = read(self.templates or Path())[provider].steps.get(step)
        except Faulty:
            return False
        return template is not None and bool(template.id)

    @property
    def signatures(self) -> Mapping[str, str]:
        """What each provider puts before an SMS: the county's approved signature; abroad there is none."""
        own = {one.name: f"【{one.sign}】" for one in (self.tencent, self.aliyun) if one and one.sign}
        return {simulator.NAME: SIGNATURE} | own

    @property
    def signed(self) -> str:
        """The signature of what sends SMS here, by which wordings are measured."""
        return self.signatures.get(self.ways.get(Channel.SMS, ""), SIGNATURE)

    def senders(self, transact: Transact, clock: Clock) -> Mapping[str, Sender]:
        """Every provider that can send, by its name."""
        found: dict[str, Sender] = {simulator.NAME: Simulator()} if self.demo else {}
        if self.twilio and self.twilio.account_sid:
            found[twilio.NAME] = TwilioSender(self.twilio, f"{self.public_url}/hooks/twilio/status")
        if self.wechat and self.wechat.app_secret:
            found[wechat.NAME] = WeChatSender(self.wechat, Tokens(self.wechat, transact, clock))
        return found | domestic_senders(self.aliyun, self.tencent, self.templates)

    def fetchers(self, transact: Transact, clock: Clock) -> Mapping[str, Fetch]:
        """Every provider that keeps photographs, by its name."""
        found: dict[str, Fetch] = {twilio.NAME: partial(twilio.fetch, self.twilio)} if self.twilio else {}
        if self.wechat and self.wechat.app_secret:
            tokens = Tokens(self.wechat, transact, clock)
            found[wechat.NAME] = partial(fetch_photo, self.wechat, tokens)
        return found


def connect(environ: Mapping[str, str], public_url: str, templates: Path, *, demo: bool) -> Connected:
    """What the environment sets up."""
    return Connected(
        public_url, demo, twilio.settings_from(environ), aliyun.settings_from(environ), tencent.settings_from(environ),
        wechat.settings_from(environ), templates,
    )  # fmt: skip
