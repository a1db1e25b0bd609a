"""任意的历史: random acts of every kind through the core calls, many of them refused, for what must hold after any."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from field.codes import EntryKind
from field.help_codes import HelpAction, TieAction
from field.jobs.screening_import import take_in
from field.ledger.entries import Entry, lock_head, opened
from field.monitoring.cases.case_around import adults
from field.monitoring.cases.case_rules import RULES, UNDER_WAY
from field.monitoring.cases.cases import MonitoringCase, act, open_case, take_over
from field.monitoring.cases.consent_taking import take
from field.monitoring.cases.revisit_schedule import RevisitDue
from field.monitoring.cases.revisits import record_revisit
from field.monitoring.help import partners, planning
from field.monitoring.help.fund import FundApplication, apply
from field.monitoring.help.fund import act as fund_act
from field.monitoring.help.fund_books import FundPosting, balances
from field.monitoring.help.fund_codes import FundAction
from field.monitoring.help.fund_donations import donate, give_back
from field.monitoring.help.fund_rules import RULES as FUND_RULES
from field.monitoring.help.measure_rules import RULES as STEPS
from field.monitoring.help.plan import Measure, newest_seq
from field.monitoring.leads.leads import Lead
from field.monitoring.posts import caseload, deputies
from field.monitoring.relief import long_term
from field.monitoring.relief.bill_corrections import correct
from field.monitoring.relief.bills import ToldBill
from field.monitoring.screening.screening import Filing
from field.monitoring.screening.screening_decisions import decide, doubtful
from field.monitoring.screening.screening_lists import ScreeningRow, digest
from field.monitoring.screening.screening_undoing import decisions, undo
from field.monitoring.sheets import filling, filling_decisions
from field.monitoring.sheets.filling_sheet import Sent, compared, values
from field.monitoring.workdays import china_day
from field.registry.deputies import Deputy
from field.registry.households import Household, Person
from field.registry.rights import NotAllowed
from field.registry.screening_reading import packed, read_json
from field.registry.villages import village_names
from tests.any_words import VILLAGES, SeenAndSaid
from tests.county import STAFF, moment
from tests.monitoring import casework, fundwork
from tests.revisiting import consents, revisit
from tests.screenings import head, sick


class History(SeenAndSaid):
    """All that happens, cases, help and money too."""

    # ── cases ──
    def do_open(self, session: Session) -> None:
        lead = self._one(session, Lead, Lead.household_id.is_not(None))
        open_case(session, lead.chain_id, lead.seq, casework.asked("open"), self._by(), self.now)

    def do_take_over(self, session: Session) -> None:
        home = self._home(session).id
        take_over(session, home, casework.asked("take_over", casework.NOTE), self._by("town", "county"), self.now)

    def do_case(self, session: Session) -> None:
        case = self._one(session, MonitoringCase)
        several = [(action, rule) for (state, action), rule in RULES.items() if state == case.state]
        weights = [12 if one in ("advance", "post_notice", "propose_elimination") else 1 for one, _ in several]
        if not several:
            raise NotAllowed  # nothing of that kind is there yet
        [(action, rule)] = self.chance.choices(several, weights)
        fitting = [name for name, (role, _region, _name) in STAFF.items() if role in rule.who]
        said = casework.needed(case, action.value, self.now)
        wanted = casework.asked(action.value, said, case.seq)
        act(session, case.id, wanted, self._by(*sorted(fitting)), self.now)

    def do_consent(self, session: Session) -> None:
        case = self._one(session, MonitoringCase, MonitoringCase.state.in_([state.value for state in UNDER_WAY]))
        people = sorted(adults(session, case.household_id, china_day(self.now)))
        if not people:
            raise NotAllowed  # all of them have left
        said = consents(*people[:2], how=self.chance.choice(("drawn", "signed")), signed_at=moment(self.now))
        take(session, case.id, said, self._by("cadre", "cadre2"), self.now)

    def do_revisit(self, session: Session) -> None:
        due = self._one(session, RevisitDue)
        by = self._by("cadre", "cadre2", "moved")
        at = self.begun - timedelta(days=1) if by.username == "moved" else self.now
        said = revisit(due.household_id, at, relapse=self.chance.random() < 0.3)
        record_revisit(session, said, by, self.now)

    def do_fill(self, session: Session) -> None:
        one, by = self._one(session, Person), self._by("town", "town2", "county")
        home, stale = session.get_one(Household, one.household_id), self.chance.random() < 0.4
        told = {"months_away": self.chance.randrange(12), "health": self.chance.choice(["健康", "患有大病"])}
        told |= {"work_place": "广东东莞", "public_job": True, "phone": f"+861390000{self.chance.randrange(9999):04d}"}
        cells = [
            filling.Written(_sent(of, person_id, stale=stale), key, value)
            for of, person_id, said in ((one, one.id, told), (home, None, {"group": f"{self.chance.randrange(9)}组"}))
            for key, value in said.items()
            if self.chance.random() < 0.6
        ]
        filling.enter(session, {home.id: cells}, by, self.now)

    def do_decide_filling(self, session: Session) -> None:
        by = self._by("town", "town2", "county")
        several = filling_decisions.waiting(session, by)
        if not several:
            raise NotAllowed  # nothing of that kind is there yet
        entry = self.chance.choice(several)
        if self.chance.random() < 0.3:
            one = filling_decisions.Standing(entry.chain_id, entry.seq, lock_head(session, entry.chain_id)[0])
            filling_decisions.decide_all(session, [one], by, self.now, ours=self.chance.random() < 0.5)
            return
        cells = filling_decisions.conflicts(session, entry, opened(session, [entry])[0])
        verdicts = {one.place: self.chance.random() < 0.5 for one in cells}
        filling_decisions.decide(
            session, entry.chain_id, entry.seq, verdicts, filling_decisions.shown_now(cells), by, self.now
        )

    # ── help and money ──
    def do_measure(self, session: Session) -> None:
        by, day, home = self._by("cadre", "cadre2", "town", "county"), china_day(self.now), self._home(session)
        there = sorted(session.scalars(select(Measure.id).where(Measure.household_id == home.id)))
        if there and self.chance.random() < 0.8:
            one = session.get_one(Measure, self.chance.choice(there))
            action = self.chance.choice([action for state, action in STEPS if state == one.state])
            said: dict[str, Any] = {} if action is HelpAction.START else self._note()
            said |= {"due_on": str(day + timedelta(days=40))} if action is HelpAction.POSTPONE else {}
            said |= {"amount": 5000} if action is HelpAction.CARRY_OUT else {}
            wanted = planning.Asked(action, said, str(uuid7()), one.seq, one.id)
        else:
            said = {"risk_factor": "illness", "code": "social_security", "owner": "民政办", "from": str(day),
                    "due_on": str(day + timedelta(days=30))}  # fmt: skip
            wanted = planning.Asked(HelpAction.PLAN, said, str(uuid7()), newest_seq(session, home.id))
        planning.act(session, home.id, wanted, by, self.now)

    def do_team(self, session: Session) -> None:
        home = self._home(session).id
        said = {"role": "helper", "name": "王会计", "phone": "13800000111", "from": str(china_day(self.now))}
        wanted = planning.Asked(HelpAction.JOIN, said, str(uuid7()), newest_seq(session, home))
        planning.act(session, home, wanted, self._by("county"), self.now)

    def do_partner(self, session: Session) -> None:
        said = {"kind": "cooperative", "title": f"合作社{self.chance.randrange(4)}", "region": "420626107"}
        partners.act(session, partners.Asked(TieAction.ADD, said, str(uuid7())), self._by("town"), self.now)

    def do_tie(self, session: Session) -> None:
        partner = self._one(session, partners.Partner)
        said = {"partner_id": partner.id, "kind": "order", "promised": 600_000, "from": "2024-06-01"}
        wanted = partners.Asked(TieAction.TIE, said, str(uuid7()), of=self._home(session).id)
        partners.act(session, wanted, self._by("town", "county"), self.now)

    def do_pay_tie(self, session: Session) -> None:
        tie, today = self._one(session, partners.Tie), str(china_day(self.now))
        pays = self.chance.random() < 0.7
        said = {"paid_on": today, "amount": 100} if pays else {"to": today, "note": "不再收购"}
        action = TieAction.PAY if pays else TieAction.END
        partners.act(session, partners.Asked(action, said, str(uuid7()), tie.seq, tie.id), self._by("town"), self.now)

    def do_donate(self, session: Session) -> None:
        said = fundwork.paper(self.now, amount=str(self.chance.choice((500, 3000, "20000.50"))))
        donate(session, self.chance.choice(VILLAGES), fundwork.asked("donate", said), self._by(), self.now)

    def do_give_back(self, session: Session) -> None:
        gift = self._one(session, Entry, Entry.kind == EntryKind.FUND_DONATION.value)
        said = fundwork.asked("give_back", fundwork.paper(self.now) | fundwork.NOTE)
        village = gift.chain_id.removeprefix("region:")
        give_back(session, village, gift.seq, said, self._by("town", "town2", "county"), self.now)

    def do_apply(self, session: Session) -> None:
        said: dict[str, Any] = {"amount": str(self.chance.choice((300, 900, 2500))), "applicant": {"name": "陈大一"}}
        said |= fundwork.NOTE | ({"urgent": {"note": "等着交押金"}} if said["amount"] == "900" else {})
        apply(session, self._home(session).id, fundwork.asked("apply", said), self._by(), self.now)

    def do_fund(self, session: Session) -> None:
        one = self._one(session, FundApplication, FundApplication.state.in_(("applied", "approved", "paid")))
        may = [action for state, action in FUND_RULES if state == one.state]
        weights = [8 if action in (FundAction.SIGN, FundAction.PAY) else 1 for action in may]
        [action] = self.chance.choices(may, weights)
        wanted = fundwork.asked(action.value, fundwork.needed(action.value, self.now), one.seq)
        fund_act(session, one.id, wanted, self._by(), self.now)

    def do_correct_bill(self, session: Session) -> None:
        bill = self._one(session, ToldBill)
        said = {"void": True} if self.chance.random() < 0.3 else {
            "person_id": bill.person_id, "issued_on": "2026-09-09", "amount": 700_000, "compliant_amount": 600_000
        }  # fmt: skip
        by = self._by("town", "county")
        correct(session, bill.chain_id, bill.known_as, said | self._note(), str(uuid7()), by, self.now)

    def do_long_term(self, session: Session) -> None:
        home, by = self._home(session).id, self._by("town", "county")
        if self.chance.random() < 0.7:
            long_term.mark(session, home, long_term.Mark("长期吃药", 350_000, 300_000), str(uuid7()), by, self.now)
        else:
            long_term.unmark(session, home, "停药了", str(uuid7()), by, self.now)

    # ── departments ──
    def do_screening(self, session: Session) -> None:
        by = self.county.actor("medical")
        issued = str(date(2026, 10, 1) + timedelta(days=self.chance.randrange(20)))
        rows: list[dict[str, Any]] = [sick(self.chance.randrange(6), issued_on=issued), {"name": "坏"}]
        rows.append(head(0) | {"reason": "disability", "issued_on": issued, "id_number": None, "name": "陈太一",
                               "birth_date": "1968-05-04", "village": "堰垭村"})  # fmt: skip
        read = read_json([{k: v for k, v in row.items() if v is not None} for row in rows],
                         village_names(session, by.region), china_day(self.now))  # fmt: skip
        filing = Filing(str(uuid7()), "名单", len(read), digest(by.username, by.region, packed(read)))
        take_in(session, self.vault, filing, read, by, self.now)

    def do_undo_row(self, session: Session) -> None:
        by = self._by("town", "county")
        decided = decisions(session, by)
        if not decided:
            raise NotAllowed  # nothing of that kind is there yet
        one = self.chance.choice(decided)
        undo(session, one.listed.id, one.row.row, one.round, "认错了人", by, self.now)

    def do_decide_row(self, session: Session) -> None:
        row = self._one(session, ScreeningRow, ScreeningRow.answer == "waiting")
        by = self._by("town", "county")
        [asked] = doubtful(session, by, [row])
        chosen = self.chance.choice([None, *(one.person.id for one in asked.near)])
        decide(session, row.list_id, row.row, chosen, "认过了", by, self.now)

    # ── people who come and go ──
    def do_offer(self, session: Session) -> None:
        giver, taker = self.chance.choice((("cadre", "deputy"), ("deputy", "cadre")))
        caseload.hand_over(session, giver, taker, "调走", str(uuid7()), self._by("town", giver), self.now)

    def do_answer(self, session: Session) -> None:
        offer = self._one(session, Entry, Entry.kind == EntryKind.HANDED_OVER.value)
        by = self._by("cadre", "deputy")
        caseload.answer(session, offer.chain_id, offer.seq, False, "再等等", by, self.now, sure=True)

    def do_name_deputy(self, session: Session) -> None:
        absent, other = self.chance.choice((("cadre", "deputy"), ("deputy", "cadre")))
        first = china_day(self.now) + timedelta(days=self.chance.randrange(3))
        asked = deputies.Asked(absent, other, first, first + timedelta(days=2), "请假", str(uuid7()))
        deputies.name_deputy(session, asked, self._by("town", absent), self.now)

    def do_answer_deputy(self, session: Session) -> None:
        one = self._one(session, Deputy, Deputy.state == "named")
        deputies.answer(session, one.id, self.chance.random() < 0.7, self._by("cadre", "deputy"), self.now)

    def do_end_deputy(self, session: Session) -> None:
        one = self._one(session, Deputy, Deputy.state.in_(deputies.OPEN), Deputy.until > self.now)
        deputies.end(session, one.id, self._by("cadre", "deputy", "town"), self.now)


def balanced(session: Session) -> bool:
    """Whether the postings of every entry of every fund sum to nothing, and no village has paid what it had not."""
    rows = select(func.sum(FundPosting.amount)).group_by(FundPosting.chain_id, FundPosting.seq)
    cash = [balances(session, village).cash for village in VILLAGES]
    return not any(session.scalars(rows)) and min(cash) >= 0


def _sent(of: Household | Person, person_id: str | None, *, stale: bool) -> Sent:
    """A row as it went out just now, or long ago."""
    household_id = of.household_id if isinstance(of, Person) else of.id
    known = {} if stale else {key: compared(key, value) for key, value in values(of).items()}
    return Sent(household_id, person_id, "", "", 1, known, {})
