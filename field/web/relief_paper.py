"""救助测算表 on paper: each person's bills of a year with their shares, and what they come to."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask_babel import gettext as _

from field.codes import EntryKind
from field.monitoring.policy.shapes import Layer, ReliefRule
from field.monitoring.relief.bill_count import Paid
from field.monitoring.relief.relief_sheet import Sheet as Counted
from field.monitoring.relief.relief_sheet import rule_of
from field.monitoring.relief.relief_year import PersonYear, Share
from field.web.catalogue import in_a_row, in_english, said
from field.web.sheets import Grid, Pairs, Sheet, Signs, Words
from field.web.visit_words import Line
from field.web.wording import count, day, yuan


def relief_paper(counted: Counted, names: Mapping[str, str], place: str, today: date) -> Sheet:
    """The sheet of a household; `names` of its people, `place` where it lives."""
    home = counted.household
    about = [
        [(_("户主"), home.head), (_("户编号"), home.number)],
        [(_("家庭人口"), _("%(n)s 人", n=home.persons)),
         (_("识别时间"), day(home.identified_on) if home.identified_on else _("还没有识别"))],
    ]  # fmt: skip
    parts: list[Words | Grid | Pairs | Signs] = [Pairs(about), Words(as_of(counted, today))]
    for one in counted.years:
        title = _("%(year)s 年", year=one.year)
        sums = [(line.label, line.text) for line in sums_of(one)]
        pairs = Pairs([sums[begin : begin + 2] for begin in range(0, len(sums), 2)])
        parts += [Words(f"{title} · {names.get(one.person_id or '', '')}", True), _bills(one), pairs,
                  Words(layers_of(rule_of(one.year, today)))]  # fmt: skip
    if counted.unclear:
        title, why = _("没有算进去的票据"), _("补全以后才能算，不当作 0")
        parts += [Words(f"{title}（{why}）", True), _unclear(counted.unclear, names)]
    signs = Signs([_("测算人（签字）"), _("医保部门核定（盖章）")])
    return Sheet(_("救助测算表"), place, [*parts, signs], look="wide")


def as_of(counted: Counted, today: date) -> str:
    """What the sheet is, and from which day on bills are relieved."""
    on = counted.household.identified_on
    words = _("截至 %(today)s。按人按年累计合规费用；识别（%(day)s）以后的票据才能救助。只是测算，以医保部门核定为准。",
              today=day(today), day=day(on) if on else _("还没有识别"))  # fmt: skip
    return str(words)


def sums_of(one: PersonYear) -> list[Line]:
    """What the bills of a person and year come to, for screen and paper."""
    lines = [Line(_("医疗救助可付"), yuan(one.paid))]
    if one.lost:
        lines.append(Line(_("识别以前的票据，少得的救助"), yuan(one.lost), trouble=True))
        lines.append(Line(_("这一笔可由临时救助、村级救助基金补"), yuan(one.lost)))
    lines.append(Line(_("补上以后，家里还要负担") if one.lost else _("家里还要负担"), yuan(one.left)))
    if one.non_compliant:
        lines.append(Line(_("其中不合规费用，救助不管"), yuan(one.non_compliant)))
    return lines + [Line(cap.name, _("%(month)s 月封顶", month=cap.month)) for cap in one.capped]


def layers_of(rule: ReliefRule) -> str:
    """The layers by which it is counted, and where they are from."""
    layers = (_layer(one) + (_("。") if one is rule.layer[-1] else _("；")) for one in rule.layer)
    return "".join([*layers, " " if in_english() else "", _("出处："), rule.source])


def _layer(one: Layer) -> str:
    paid = _("超过 %(above)s 元的部分救助 %(percent)s%%", above=count(one.above_yuan), percent=one.percent)
    cap = _("，不封顶") if one.cap_yuan is None else _("，封顶 %(cap)s 元", cap=count(one.cap_yuan))
    return "".join([said(one.name), _("："), paid, cap])


def _bills(one: PersonYear) -> Grid:
    columns = (_("开票日期"), _("总金额"), _("合规费用"), _("不合规费用"), _("基本救助"), _("倾斜救助"), _("家里负担"),
               _("从哪里来"))  # fmt: skip
    whole = (one.amount, one.compliant, one.non_compliant, one.basic, one.tilted, one.borne)
    return Grid(columns, [*map(_share, one.shares), (_("合计"), *map(yuan, whole), "")])


def _share(one: Share) -> tuple[str, ...]:
    bill = one.bill
    figures = (bill.amount or 0, bill.compliant_amount or 0, bill.non_compliant, one.basic, one.tilted, one.borne)
    return " ".join([day(bill.day), *_unrelieved(one), *_remarks(bill)]), *map(yuan, figures), _source(bill)


def _unrelieved(one: Share) -> list[str]:
    """Why there is no relief on it, if for its day."""
    if one.since_identified:
        return []
    return [_("识别以前") if one.older else _("停止监测以后")]


def _unclear(bills: Iterable[Paid], names: Mapping[str, str]) -> Grid:
    columns = (_("哪一天的"), _("谁的"), _("总金额"), _("合规费用"), _("缺什么"), _("从哪里来"))
    rows = [
        (" ".join([day(one.day), *_remarks(one)]), names.get(one.person_id or "", ""), _known(one.amount),
         _known(one.compliant_amount), in_a_row(why.label for why in one.unclear), _source(one))
        for one in bills
    ]  # fmt: skip
    return Grid(columns, rows)


def _remarks(bill: Paid) -> list[str]:
    twice = [_("来过 %(times)s 次，只算一次", times=bill.times)] if bill.times > 1 else []
    return [*twice, *([_("更正过")] if bill.corrected else ())]


def _source(bill: Paid) -> str:
    entries = in_a_row(bill.seqs)
    return "".join([str(EntryKind.label_of(bill.source)), _("，"), _("台账第"), f" {entries} ", _("条")])


def _known(fen: int | None) -> str:
    return "" if fen is None else yuan(fen)
