"""月报的话: what a month's bulletin says in sentences, the same on the screen, on paper and for Word."""

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from field.codes import Grade, Kind, Source
from field.monitoring.board.counted import LATE_STEPS
from field.monitoring.board.statistics import AT_RISK
from field.monitoring.cases.deadlines import LATE, MEASURE
from field.monitoring.policy.shelf import pack_on
from field.monitoring.workdays import china_day
from field.web.catalogue import in_a_row, in_english, said
from field.web.wording import count, share, yuan

if TYPE_CHECKING:
    from field.web.bulletin_page import Bulletin

LATE_MEASURE = f"{LATE}{MEASURE}"


def situation(told: "Bulletin") -> str:
    """总体情况 in a sentence."""
    now_, then = told.whole["households"], told.before["households"]
    change = _("与月初持平") if now_ == then else _("比月初增加 %(n)s 户", n=count(now_ - then))
    if now_ < then:
        change = _("比月初减少 %(n)s 户", n=count(then - now_))
    words = _("监测对象 %(h)s 户 %(p)s 人，", h=count(now_), p=count(told.whole["persons"]))
    sentences = [f"{words}{change}{_('。')}", _graded(told), _named_anew(told)]
    return (" " if in_english() else "").join(sentences).strip()


def _graded(told: "Bulletin") -> str:
    """预警等级 of the month's last day, where any was kept."""
    red, orange, yellow = (told.whole["by_grade"][grade] for grade in (Grade.RED, Grade.ORANGE, Grade.YELLOW))
    if not (red or orange or yellow):
        return ""
    words = _(
        "其中红色预警 %(red)s 户、橙色预警 %(orange)s 户、黄色预警 %(yellow)s 户。",
        red=count(red), orange=count(orange), yellow=count(yellow),
    )  # fmt: skip
    return str(words)


def _named_anew(told: "Bulletin") -> str:
    """防止返贫致贫对象, where the policy of the month's last day has that kind."""
    pack = pack_on(china_day(told.month.ends - timedelta(microseconds=1)))
    if all(one.code != Kind.AT_RISK for one in pack.kind):
        return ""
    words = _(
        "2026 年起统称防止返贫致贫对象，已这样记下的有 %(n)s 户，占 %(share)s，按是不是脱贫户分在三类户的前两类。",
        n=count(told.whole[AT_RISK]),
        share=share(told.whole[AT_RISK], told.whole["households"]),
    )
    return str(words)


def progress(told: "Bulletin") -> list[str]:
    """工作进展, line by line."""
    done, entries, cases = told.flow, told.flow.entries, told.flow.cases
    lines = [
        _(
            "走访 %(v)s 次，农户自主申报 %(d)s 次，务工回访 %(c)s 次。",
            v=count(entries["visit"]),
            d=count(entries["declaration"]),
            c=count(entries["checkin"]),
        ),
        _("新线索 %(n)s 条：%(by)s。", n=count(done.leads.total()), by=_by_source(done.leads)),
        _(
            "新纳入监测 %(i)s 户，消除风险 %(e)s 户，回退 %(b)s 户，再标注 %(r)s 户。",
            i=count(cases["identified"]),
            e=count(cases["eliminated"]),
            b=count(cases["rolled_back"]),
            r=count(cases["re_marked"]),
        ),
    ]
    if done.median is not None:
        slowest = done.slowest_tenth
        lines.append(_("从线索到识别，半数在 %(m)s 天以内，九成在 %(s)s 天以内。", m=done.median, s=slowest))
    return lines


def problems(told: "Bulletin") -> list[str]:
    """存在的问题, line by line; that there is none is said too."""
    left = told.flow.unvisited
    part = share(left, told.whole["households"])
    words = _("监测户中有 %(n)s 户本月没有走访，占 %(share)s。", n=count(left), share=part)
    lines = [words if left else _("监测户本月都走访过。")]
    steps = [(LATE_STEPS[name], number) for name, number in told.late.items() if name != LATE_MEASURE]
    if steps:
        by = in_a_row(f"{said(label)} {count(number)}" for label, number in steps)
        lines.append(
            _("办理步骤过期没有办的有 %(n)s 户：%(by)s。", n=count(sum(number for _step, number in steps)), by=by)
        )
    if measures := told.late.get(LATE_MEASURE):
        lines.append(_("帮扶措施过期没有办成的有 %(n)s 户。", n=count(measures)))
    if told.relief.lost:
        households, sum_ = count(told.relief.lost_households), yuan(told.relief.lost)
        lines.append(
            _("今年有 %(h)s 户因识别晚少得医疗救助 %(y)s，可用村级救助基金或临时救助补上。", h=households, y=sum_)
        )
    return lines


def _by_source(leads: Counter[str]) -> str:
    found = [f"{said(label)} {count(leads[code])}" for code, label in Source.labels().items() if leads[code]]
    return in_a_row(found) or str(_("没有"))
