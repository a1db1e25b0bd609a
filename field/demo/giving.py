"""演示基金与联结: donations, applications and payments of villages, enterprises with their ties, long-term cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.demo.accounts import CADRE, COUNTY
from field.demo.acting import who_works
from field.demo.visits import Home
from field.help_codes import TieAction
from field.monitoring.help import fund, partners
from field.monitoring.help.fund import FundApplication
from field.monitoring.help.fund_codes import FundAction, FundState
from field.monitoring.help.fund_donations import donate
from field.monitoring.help.partners import Partner, Tie
from field.monitoring.relief import long_term
from field.monitoring.workdays import china_day
from field.registry.rights import Actor

Actors = Mapping[str, Actor]
GIVEN = ((200, "20000", "荆山矿业公司"), (120, "5000", "在外乡友会"), (60, "1200", None))
# an amount in yuan, and how many steps it has come
WISHES = (("1800", 2), ("4500", 1), ("1500", 2), ("900", 2), ("700", 1), ("800", 0))
PARTNERS = (
    ("enterprise", "保康县荆山食品厂", COUNTY), ("cooperative", "马桥镇高山烟叶合作社", "420626107"),
    ("family_farm", "老山茶园家庭农场", CADRE),
)  # fmt: skip
TIES = (("job", 1_200_000), ("shares", 60_000), ("order", 350_000), ("land", 90_000))
TIED, BEGAN = timedelta(days=200), timedelta(days=385)


def give(session: Session, village: str, asking: Sequence[Home], actors: Actors, now: datetime) -> None:
    """A village's fund: what came in, and what its households asked for, each as far as it got."""
    for ago, amount, donor in GIVEN:
        at = now - timedelta(days=ago)
        said = {"amount": amount, "on": f"{china_day(at)}", "way": "bank", "donor": {"name": donor} if donor else None}
        asked = fund.Asked(FundAction.DONATE, said, f"demo:{village}:{ago}")
        donate(session, village, asked, who_works(actors, "village", village), at)
    for place, (home, (amount, steps)) in enumerate(zip(asking, WISHES, strict=False)):
        _apply(session, home, amount, steps, actors, now - timedelta(days=50 - 7 * place))


def _apply(session: Session, home: Home, amount: str, steps: int, actors: Actors, at: datetime) -> None:
    """申请, and so many further steps: signatures by those that it needs, and the payment."""
    said: dict[str, Any] = {"amount": amount, "note": "住院押金不够，请先救助", "applicant": {"name": "户主"}}
    asked = fund.Asked(FundAction.APPLY, said, f"demo:{home.id}:apply")
    fund.apply(session, home.id, asked, who_works(actors, "village", home.region), at)
    for step in range(steps):
        at += timedelta(days=1)
        one = session.scalars(select(FundApplication).where(FundApplication.household_id == home.id)).one()
        session.refresh(one)
        waits = [role for role in one.needs if role not in {signed for signed, _who in one.signed}]
        if one.state == FundState.APPLIED and waits:
            action, level, said = FundAction.SIGN, waits[0], {}
        elif one.state == FundState.APPROVED:
            action, level = FundAction.PAY, "village"
            said = {"on": f"{china_day(at)}", "way": "card", "receiver": {"name": "户主"}}
        else:
            return
        asked = fund.Asked(action, said, f"demo:{home.id}:{step}", one.seq)
        fund.act(session, one.id, asked, who_works(actors, level, home.region), at)


def tie(session: Session, homes: Sequence[Home], actors: Actors, now: datetime) -> None:
    """利益联结 of households near the partners; the first has paid nothing of what fell due."""
    by, at = actors["county"], now - TIED
    for kind, title, region in PARTNERS:
        said: dict[str, Any] = {"kind": kind, "title": title, "region": region}
        partners.act(session, partners.Asked(TieAction.ADD, said, f"demo:{title}"), by, at)
    known = list(session.scalars(select(Partner.id).order_by(Partner.region)))
    for place, home in enumerate(homes):
        kind, promised = TIES[place % len(TIES)]
        said = {"partner_id": known[place % len(known)], "kind": kind, "from": f"{china_day(now - BEGAN)}",
                "promised": promised}  # fmt: skip
        partners.act(session, partners.Asked(TieAction.TIE, said, f"demo:{home.id}", of=home.id), by, at)
        one = session.scalars(select(Tie).where(Tie.household_id == home.id)).one()
        if place:
            paid = now - timedelta(days=19)
            said = {"paid_on": f"{china_day(paid)}", "amount": promised}
            partners.act(session, partners.Asked(TieAction.PAY, said, f"demo:{home.id}:1", one.seq, one.id), by, paid)


def mark(session: Session, homes: Sequence[Home], actors: Actors, now: datetime) -> None:
    """长期户: a drug that is taken for years."""
    for home, cost, compliant in zip(homes, (380_000, 320_000), (240_000, 190_000), strict=False):
        said = long_term.Mark("透析和靶向药，一直要用", cost, compliant)
        long_term.mark(session, home.id, said, f"demo:{home.id}", actors["county"], now - timedelta(days=25))
