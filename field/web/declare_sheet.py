"""申报表: a draft with its dialog and who fills it in; which question is next, and the way to the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field.codes import Channel, Source
from field.ledger.receipts import number
from field.messaging import declare_draft
from field.messaging.declare_draft import DeclareDraft
from field.messaging.dialogs.engine import tell
from field.messaging.dialogs.events import event
from field.messaging.dialogs.loading import library
from field.messaging.dialogs.run import Run
from field.messaging.dialogs.shapes import Answer, Dialog, Happening, Step
from field.messaging.scene import NOWHERE
from field.monitoring.leads.declarations import Declared, record_declaration
from field.monitoring.leads.unfinished import HelpWanted, record_help_wanted
from field.registry import contacts
from field.registry.contacts import Contact
from field.registry.households import Household, Person
from field.registry.masking import mask_name
from field.registry.regions import VILLAGE, Region, county

ASKED = frozenset(
    {Answer.IDENTITY, Answer.CHOICES, Answer.SINCE_AMOUNT, Answer.SINCE, Answer.AMOUNT, Answer.PHOTOS, Answer.CONFIRM}
)
DANGER = "danger"


@dataclass
class Sheet:
    """一张申报表; `contact` only where WeChat has said whose openid it is and one fresh binding stands."""

    draft: DeclareDraft
    state: dict[str, Any]
    dialog: Dialog
    contact: Contact | None
    now: datetime

    @property
    def answers(self) -> dict[str, Any]:
        """The dialog's answers so far."""
        answers: dict[str, Any] = self.state.get("answers", {})
        return answers

    @property
    def begun(self) -> bool:
        """Whether the visitor has said for whom it is."""
        return "answers" in self.state

    @property
    def number(self) -> str | None:
        """受理号, once declared."""
        return self.state.get("number")

    @property
    def channel(self) -> Channel:
        """By which way it comes: opened from WeChat, or from anywhere."""
        return Channel.WECHAT if self.state.get("openid") else Channel.WEB

    @property
    def comfort(self) -> str:
        """What is said to who wrote of dying, on every page from then on."""
        return tell(self.dialog, DANGER, {}, "web").text if self.state.get(DANGER) else ""

    @property
    def actor(self) -> str:
        """Who sends it, written as the entry's actor is."""
        return f"person:{self.contact.person_id}" if self.contact else "stranger"

    @property
    def next(self) -> str:
        """The question that is open, by the dialog's own order and conditions; at last the confirmation."""
        run = self._run()
        name = run.ahead(self.dialog.first)
        while self.dialog.steps[name].answer not in ASKED:
            name = run.ahead(self.dialog.steps[name].after(""))
        return name

    def before(self, name: str) -> str | None:
        """The question before one, on the dialog's own way; none before the first."""
        found, at, stored = None, self.dialog.first, set[str]()
        while at != name and (step := self.dialog.steps[at]).answer is not Answer.CONFIRM:
            if self.asks(at) and not stored.issuperset(step.stores):  # of 时间 and 金额 it asks in one
                found, stored = at, stored | set(step.stores)
            at = step.after("")
        return found

    def chosen(self, step: Step) -> list[str]:
        """What was chosen of a step's options, the main one first."""
        labels = {option.code: option.label or option.words[0] for option in step.options}
        return [labels[code] for code in self.answers.get(step.stores[0]) or [] if code in labels]

    def asks(self, name: str) -> bool:
        """Whether a step is a question for this visitor now; the confirmation only once nothing else is open."""
        step = self.dialog.steps.get(name)
        if step is None or step.answer not in ASKED:
            return False
        if step.answer is Answer.CONFIRM:
            return self.next == name
        run, kept = self._run(), {key: value for key, value in self.answers.items() if key not in step.stores}
        run.answers = kept
        return not run.passes(step)

    def _run(self) -> Run:
        context = {"channel": "web", "bound": self.contact is not None}
        return Run(self.dialog, context, self.now, {"answers": self.answers})


def sheet_of(session: Session, token: str, now: datetime, *, lock: bool = False) -> Sheet | None:
    """The form of a cookie, or None."""
    draft = declare_draft.find(session, token, now, lock=lock) if token else None
    if draft is None:
        return None
    state = draft.state
    openid = state.get("openid")
    contact = contacts.attached(session, Channel.WECHAT, openid, now).contact if openid else None
    return Sheet(draft, state, library().dialog("declare", state.get("version")), contact, now)


def blank(helping: bool, openid: str | None) -> dict[str, Any]:
    """A new form's state."""
    dialog = library().dialog("declare")
    answers = {"helping": True} if helping else {}
    own = {"openid": openid} if openid else {}
    return own | {"version": dialog.version, "answers": answers, "regions": {}}


def shown_name(session: Session, sheet: Sheet | None) -> str | None:
    """陈某某, of who is bound."""
    return mask_name(session.get_one(Person, sheet.contact.person_id).name) if sheet and sheet.contact else None


def towns(session: Session) -> dict[str, dict[str, str]]:
    """The county's villages by code, under the name of each town."""
    rows = session.execute(select(Region.code, Region.name).where(func.length(Region.code) >= 9).order_by(Region.code))
    named: dict[str, str] = dict(rows.all())
    found: dict[str, dict[str, str]] = {name: {} for code, name in named.items() if len(code) < VILLAGE}
    for code, name in named.items():
        if len(code) == VILLAGE:
            found.setdefault(named.get(code[:9], ""), {})[code] = name
    return {town: villages for town, villages in found.items() if villages}


def record(session: Session, sheet: Sheet) -> str:
    """上报: one declaration for one form, however often it is sent; the receipt's number."""
    if sheet.number:
        return sheet.number
    declare_draft.may_declare(session, sheet.draft, sheet.now)
    answers = sheet.answers | {"notice": sheet.dialog.notice}
    data = event(Happening.DECLARED, answers, sheet.next, "").data
    own = sheet.contact if not data["helping"] else None  # for whom somebody else declares, no binding speaks
    said = Declared(
        key=f"web:{sheet.draft.id}", channel=sheet.channel, risk_factors=data["risk_factors"], note=data["note"],
        notice=data["notice"], region=_region(session, own, sheet), household_id=own.household_id if own else None,
        person_id=sheet.contact.person_id if sheet.contact else None, since=data.get("since"),
        amount=data.get("amount"), amount_max=data.get("amount_max"), helper=data.get("helper"),
        claim=data.get("claim") if own is None else None, place=data.get("place"), evidence=data["photos"],
    )  # fmt: skip
    receipt = number(record_declaration(session, said, sheet.now).hash)
    declare_draft.declared(session, sheet.draft, receipt, sheet.now)
    return receipt


def call_out(session: Session, sheet: Sheet, words: str) -> None:
    """生命危险: people are called at once, though the form may never be sent; once for each form."""
    if sheet.state.get(DANGER):
        return
    own = sheet.contact if not sheet.answers.get("helping") else None
    said = HelpWanted(f"danger:web:{sheet.draft.id}", sheet.channel, Source.DECLARATION, words, danger=True)
    record_help_wanted(session, said, own or _region(session, None, sheet), sheet.now)
    declare_draft.keep(session, sheet.draft, sheet.state | {DANGER: True}, sheet.now)


def _region(session: Session, own: Contact | None, sheet: Sheet) -> str:
    """Where the lead goes: the household's village, the one that was chosen or is named so alone, or the county."""
    if own:
        return session.get_one(Household, own.household_id).region
    which = "whom" if sheet.answers.get("helping") else "claim"
    if chosen := sheet.state["regions"].get(which):
        return str(chosen)
    claim: Mapping[str, Any] = sheet.answers.get(which) or {}
    named = func.length(Region.code) == VILLAGE, Region.name == claim.get("village", "")
    found = session.scalars(select(Region.code).where(*named).limit(2)).all()
    return found[0] if len(found) == 1 else (county(session) or NOWHERE).code
