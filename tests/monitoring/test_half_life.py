"""半衰期: how fast what was told grows old is the pack's to say, and decides whose word is shown first."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from field import clock
from field.codes import Channel
from field.db import db, transact
from field.ledger.facts import DOCUMENT, SELF_REPORTED, Fact, known, state
from field.monitoring.household_file import facts
from field.monitoring.policy.shelf import OURS, Shelf, shelf, use_shelf
from tests.county import County

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
HOME = "420626107204"


def fact(days: int, level: int, value: str, subject: str = "person", now: datetime = NOW) -> dict[str, object]:
    return {
        "chain_id": subject, "seq": 90 + level, "place": 0, "subject": subject, "attribute": "work", "value": value,
        "channel": Channel.PHONE.value, "recorder": value, "observed_at": now - timedelta(days=days), "level": level,
    }  # fmt: skip


def test_a_paper_of_last_year_loses_to_a_word_of_today_where_it_grows_old_fast() -> None:
    several = [Fact(**fact(200, DOCUMENT, "电子厂")), Fact(**fact(0, SELF_REPORTED, "工地"))]
    for days, best in ((180, "电子厂"), (90, "工地")):
        assert known(several, NOW, None, {"others": days})["person", "work"].best.value == best


def test_a_countys_own_pack_says_how_fast(small_county: County, tmp_path: Path) -> None:
    now, home = clock.now(), small_county.households[HOME]
    rows = [fact(200, DOCUMENT, "电子厂", home, now), fact(0, SELF_REPORTED, "工地", home, now)]
    former = shelf().own
    with small_county.app.app_context():
        transact(lambda session: state(session, rows))
        assert facts(db.session(), [home], now)[home, "work"].best.value == "电子厂"
        text = (OURS / "2026.toml").read_text(encoding="utf-8").replace("others = 180", "others = 90")
        text = text.replace("version = 4", "version = 5")
        (tmp_path / "2026.toml").write_text(text, encoding="utf-8")
        use_shelf(tmp_path)
        try:
            assert facts(db.session(), [home], now)[home, "work"].best.value == "工地"
        finally:
            use_shelf(former)


def test_a_countys_pack_from_before_goes_on_with_our_figures_for_what_it_does_not_say(tmp_path: Path) -> None:
    text = (OURS / "2026.toml").read_text(encoding="utf-8").replace("version = 4", "version = 7")
    before = text[: text.index("[quality]")].replace("[long_term]", "[[unused]]")
    before = before[: before.index("[[unused]]")] + before[before.index("[departments]") :]
    (tmp_path / "2026.toml").write_text(before, encoding="utf-8")
    own = Shelf(tmp_path)
    pack = own.on(NOW.date())
    assert (own.faults, pack.name, pack.long_term.drug_month_yuan, pack.quality.school_from) == ((), "2026.7", 3000, 6)
    (tmp_path / "2026.toml").write_text(before.replace("version = 7", "version = x"), encoding="utf-8")
    assert Shelf(tmp_path).on(NOW.date()).name == "2026.7"
