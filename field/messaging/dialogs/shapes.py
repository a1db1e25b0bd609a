"""对话的样子: what a dialog file holds, what goes into the engine and what comes out of it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

SIGNATURE = "【田野】"
MARKS = re.escape(" .。,，!！?？;；、~'\"“”‘’()（）[]【】")
COURTESY = re.compile(
    "^(?:谢谢|多谢|感谢|麻烦)(?:[您你]们?)?[了啊啦]?|(?:谢谢|多谢|感谢|麻烦)(?:[您你]们?)?[了啊啦]?$|(?<=.)[啊呀哦噢哈啦呢嘞]$"
)
CLAUSE = re.compile("[^ ,，.。;；、!！?？]+")
EDGES = re.compile(f"^[{MARKS}]+|[{MARKS}]+$")
Name = str


class Answer(StrEnum):
    """回答的种类: what kind of answer a step waits for."""

    NONE = "none"  # nothing: the step only says something, or is an end
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    AMOUNT = "amount"
    SINCE = "since"
    SINCE_AMOUNT = "since_amount"
    PHOTOS = "photos"
    PLACE = "place"
    CONFIRM = "confirm"
    IDENTITY = "identity"
    PERSON = "person"
    UNDERSTOOD = "understood"
    PLACE_CHOICE = "place_choice"
    CODE = "code"


class Happening(StrEnum):
    """事件: what a dialog tells its caller."""

    DECLARED = "declared"
    CHECKED_IN = "checked_in"
    BIND_CLAIMED = "bind_claimed"
    CODE_GIVEN = "code_given"
    NO_CODE = "no_code"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    DENIED = "denied"
    UNCHANGED = "unchanged"
    DECLINED = "declined"
    STOPPED = "stopped"
    PROGRESS = "progress"
    ASKED_HELP = "asked_help"
    ASKED_OFFICE = "asked_office"
    EXPIRED = "expired"
    GAVE_UP = "gave_up"
    NOT_ME = "not_me"


class Part(BaseModel):
    """A part of a dialog file: nothing unknown in it, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Wording(Part):
    """措辞: one for SMS, another for WeChat where there is more room, and one for the page that asks the same."""

    sms: str = Field(min_length=1)
    wechat: str = ""
    web: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_for_both(cls, given: Any) -> Any:
        return {"sms": given} if isinstance(given, str) else given

    def on(self, channel: str) -> str:
        """The wording for a channel; the short one for SMS."""
        if channel == "web" and self.web:
            return self.web
        return self.sms if channel == "sms" else self.wechat or self.sms


class Option(Part):
    """选项: a code, its label on a page, the words that mean it, and when it may be chosen (`unmet`: the hint)."""

    code: str
    label: str = ""
    words: list[str] = Field(min_length=1)
    topics: list[str] = []  # those of the words that tell nothing where another was asked: 务工
    when: list[str] = []
    unmet: str = ""


class Step(Part):
    """一步: what is said, what is awaited, what it stores, where it goes."""

    says: Wording
    answer: Answer = Field(default=Answer.NONE, strict=False)
    stores: list[str] = []
    next: dict[str, Name] = {}
    again: Wording | None = None
    hints: dict[str, Wording] = {}
    options: list[Option] = []
    vocabulary: str = ""
    otherwise: str = ""
    when: list[str] = []
    tries: int = Field(default=3, ge=1)
    lost: Name = ""
    retells: Name = ""
    overhears: Name = ""
    corrects: Name = ""
    cancels: list[str] = []
    forgets: dict[str, list[str]] = {}
    hours: int = Field(default=0, ge=0)
    event: Happening | None = Field(default=None, strict=False)
    aside: bool = False
    template: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("next"), str):
            return given | {"next": {"else": given["next"]}}
        return given

    @property
    def is_end(self) -> bool:
        """Whether the dialog is over here."""
        return self.answer is Answer.NONE and not self.next

    def after(self, outcome: str) -> Name:
        """The name of the step after an outcome."""
        return self.next.get(outcome) or self.next.get("else", "")


class Variable(Part):
    """变量: how much room it takes in an SMS, and what is said where there is nothing."""

    longest: int = Field(ge=1, le=60)
    otherwise: str = ""


class Replies(Part):
    """应答: words for yes, no, nothing and thanks."""

    yes: list[str]
    thanks: list[str] = []
    no: list[str]
    skip: list[str]


class Says(Part):
    """公共的话: what any dialog may say at any step."""

    help: Wording
    first: Wording
    expired: Wording
    renewed: Wording
    again: Wording
    photo: Wording
    noted: Wording = Wording(sms="难处记下了。")
    passed_on: Wording = Wording(sms="您问的事已经转给村干部，会有人联系您。请接着答。")
    unheard: Wording = Wording(sms="您的语音没有听出来，请打字发来，或请村干部帮您说。")
    thanked: Wording = Wording(sms="好的。家里有困难请回 困难。")
    photo_added: Wording = Wording(sms="照片收到了。")
    photo_alone: Wording = Wording(sms="照片收到了。家里有困难请回 困难。")
    declared_already: Wording = Wording(sms="您的申报已经送到村里，不用办了请告诉村干部。")
    stopped: Wording
    gave_up: Wording
    again_subscribed: Wording
    progress_none: Wording
    progress_unbound: Wording = Wording(sms="查不了办理情况，请问村干部。")  # where a county's own file is older
    progress_unfinished: Wording = Wording(sms="您说的还没有说完，请接着说。")
    progress_open: Wording
    progress_told: Wording = Wording(sms="您发来的话已经转给村干部，请等一等。")
    progress_seen: Wording = Wording(sms="您发来的话已经有人看过，有疑问请问村干部。")
    progress_checked: Wording
    progress_step: Wording = Wording(sms="您家的事正在办，现在是{deed}。有疑问请问村干部。")
    progress_monitored: Wording = Wording(sms="您家已经纳入监测，村里在帮扶。有疑问请问村干部。")
    progress_over: Wording = Wording(sms="您家的监测已经结束。又有困难请回 困难。")
    progress_rejected: Wording = Wording(sms="您家这次没有纳入监测，原因请问村干部。")
    code: Wording
    bind_first: Wording
    already_bound: Wording
    greeting: Wording
    danger: Wording = Wording(sms="请马上联系村干部，急事请打120或110。")
    enough: Wording = Wording(sms="今天说的次数太多了，请明天再说。急事请打村干部电话。")


class Words(Part):
    """公共用语: commands, replies and wordings that all dialogs share."""

    name: str
    version: int = Field(ge=1)
    commands: dict[str, list[str]]
    replies: Replies
    says: Says
    variables: dict[str, Variable]

    def command(self, text: str) -> str | None:
        """The command that a whole message is, if any."""
        plain = bare(text)
        close = plain.replace(" ", "")  # 退 订
        return next((name for name, words in self.commands.items() if plain in words or close in words), None)


class Dialog(Part):
    """对话: one purpose, its steps, and the words shared with the others."""

    name: str = Field(pattern=r"^[a-z][a-z_]{0,19}$")
    label: str
    version: int = Field(ge=1)
    rank: int
    first: Name = ""
    hours: int = Field(ge=1)
    starts: list[str]
    notice: str = ""
    flags: dict[str, list[str]] = {}
    passes_on: bool = False  # what is asked of the office goes to people, and the step still waits
    steps: dict[Name, Step]
    words: Words

    def flag(self, text: str) -> str | None:
        """The flag that a message sets, if any, by all of it or by its first clause: 帮邻居申报一下，他住院了."""
        first = CLAUSE.match(bare(text))
        said = {bare(text), first[0].removesuffix("一下") if first else ""}
        return next((name for name, words in self.flags.items() if said.intersection(words)), None)


@dataclass(frozen=True)
class Heard:
    """听到的: what somebody sent; the text already masked, photographs by digest, a place as it was given."""

    text: str
    photos: Sequence[str] = ()
    place: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Say:
    """说一句: `step` names the SMS template, `variables` fill it, `text` is the whole."""

    step: str
    text: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """事件: what happened, for the caller to record."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """一个来回: the state to keep (None: over), what is said, what happened.

    `closing` names the last words, which the caller says by `final` once the events are recorded.
    """

    state: dict[str, Any] | None
    says: tuple[Say, ...] = ()
    events: tuple[Event, ...] = ()
    closing: str = ""

    @property
    def step(self) -> str:
        """The step that now waits for an answer."""
        return str(self.state["step"]) if self.state else ""

    @property
    def expires_at(self) -> datetime | None:
        """Until when an answer to that step counts."""
        return datetime.fromisoformat(self.state["expires_at"]) if self.state else None


def tidy(text: str) -> str:
    """The text in half-width, without control characters and halves of characters, cut to what anybody types."""
    whole = text[:2000].encode(errors="replace").decode()
    plain = unicodedata.normalize("NFKC", whole)
    kept = plain if plain.isprintable() else "".join(sign if sign.isprintable() else " " for sign in plain)
    return " ".join(kept.split())[:500]


@lru_cache(maxsize=16)  # one message is asked for its bare words by many rules
def bare(text: str) -> str:
    """The text without what stands around the words: quotes, full stops, spaces, courtesy, letter case."""
    whole = tidy(text).lower()
    plain = EDGES.sub("", whole) or whole
    return EDGES.sub("", COURTESY.sub("", plain)) or plain
