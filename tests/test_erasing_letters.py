"""依法删除 of what a household wrote and was written: talks, bindings, leads that stood with nobody, mergers undone."""

import re

from sqlalchemy import func, select

from field import clock
from field.codes import Role
from field.db import db, transact
from field.messaging.conversations import Dialog
from field.messaging.inbox import InboundMessage
from field.messaging.outbox import OutboundMessage
from field.monitoring.board.statistics import statistics
from field.monitoring.checks import merging
from field.monitoring.leads.leads import Lead
from field.registry.contacts import Contact
from field.registry.households import Person
from tests.county import County
from tests.messaging.test_story import DECLARED, FARMER, STRANGER, Sms, sms
from tests.test_erasing import HERE, erased, left_in_files, left_in_rows, sound, values, work_off
from tests.web.office import browser
from tests.web.test_messages_page import farmer, unmatched

__all__ = ["sms"]
NEXT = "420626107205"
SAID = ["住院", "上个月 3万", FARMER, FARMER.removeprefix("+86")]


def everything(county: County) -> list[str]:
    """What nobody may find any more but for names that other households have, too."""
    return [value for value in values(county) if value not in ("上月住院", "王老五", "陈家沟")]


def counts(county: County) -> list[int]:
    with county.app.app_context():
        tables = (InboundMessage, OutboundMessage, Dialog, Contact)
        return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_bound_households_talks_and_binding_go_and_its_number_is_a_strangers_again(sms: Sms) -> None:
    sms.bind()
    sms.declare(*DECLARED)
    sms.county.move("town2", Role.COUNTY, "420626")
    sought = [*everything(sms.county), *SAID]
    assert min(counts(sms.county)) > 0
    found = erased(sms.county, "--apply")
    assert found.exit_code == 0, found.output
    assert "绑定的号码：1" in found.output
    work_off(sms.county)
    assert counts(sms.county) == [0, 0, 0, 0]
    assert left_in_rows(sms.county, sought) == []
    assert left_in_files(sms.county, sought) == []
    sound(sms.county)
    assert "陈大一" not in sms.say("进度", FARMER)
    assert "陈" not in browser(sms.county, "cadre").page("/leads").partition("<main")[2]


def test_a_strangers_talk_that_was_attached_goes_with_its_lead_which_is_still_counted(sms: Sms) -> None:
    path, town = unmatched(sms), browser(sms.county, "town")
    [lead] = re.findall(r'name="lead" value="([^"]+)" checked', town.page(path))
    assert (
        town.send(f"{path}/attach", person=farmer(sms.county), lead=lead, note="陈大一的媳妇打来的").status_code == 303
    )
    sms.county.move("town2", Role.COUNTY, "420626")
    sought = [*everything(sms.county), "媳妇", STRANGER, "上个月 3万"]
    assert left_in_rows(sms.county, sought)
    assert erased(sms.county, "--apply").exit_code == 0
    work_off(sms.county)
    assert left_in_rows(sms.county, sought) == []
    sound(sms.county)
    with sms.county.app.app_context():
        [one] = db.session.scalars(select(Lead))
        assert (one.household_id, one.person_id, one.why, one.risk_factors) == (
            sms.county.households[HERE], None, None, [],
        )  # fmt: skip
        assert statistics(db.session(), "420626")["households"] == 3


def test_who_was_merged_with_another_household_is_first_parted_and_leaves_no_name_there(county: County) -> None:
    county.move("town2", Role.COUNTY, "420626")
    by, sought = county.actor("county"), everything(county)

    def head(village: str) -> str:
        rows = select(Person.id).where(Person.household_id == county.households[village], Person.position == 1)
        return str(db.session.scalars(rows).one())

    with county.app.app_context():
        ours, theirs = head(HERE), head(NEXT)
        transact(
            lambda session: merging.merge(session, ours, theirs, "陈大一就是他", by, clock.now(), [*merging.Differing])
        )
    assert "请先撤销合并" in erased(county, "--apply").output
    with county.app.app_context():
        transact(lambda session: merging.part(session, ours, "陈大一不是他", by, clock.now()))
    assert left_in_rows(county, sought)
    assert erased(county, "--apply").exit_code == 0
    assert left_in_rows(county, sought) == []
    assert left_in_rows(county, ["陈大二"]), "the other one's name is not ours to take"
    sound(county)
