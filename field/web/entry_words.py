"""条目内容: what an entry of any kind says, as titled sections in Chinese."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from field.codes import OWN_WORDS, Channel, EntryKind, Grade, Kind, ReminderWay, RiskFactor, Role
from field.ledger.facts import INCOME, INCOME_MOST
from field.monitoring.duties.reminders import Standing
from field.monitoring.help.fund_codes import KINDS
from field.monitoring.workers.checkins import Why
from field.registry.contact_rules import Decision, Proof, Withdrawn
from field.web.case_words import case_lines, consent_lines
from field.web.catalogue import in_a_row, sentences
from field.web.filling_words import FILLED_KINDS, filling_sections
from field.web.fund_words import fund_sections
from field.web.partner_words import tie_lines
from field.web.people_words import corrected, merged
from field.web.plan_words import help_lines
from field.web.relief_words import RELIEF_READ
from field.web.revisit_words import revisit_sections
from field.web.screening_words import screening, screening_decided, screening_list, screening_rows, screening_undone
from field.web.visit_words import Line, Section, pay, sections
from field.web.wording import day, grade_mark, yuan


def content(kind: str, payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    """The sections of an entry whose payload is opened and masked; `names` as for visits."""
    if kind in (EntryKind.VISIT, EntryKind.HELD_VISIT):
        return sections(payload, names)
    if kind == EntryKind.CONSENT:
        return [Section(_("承诺授权"), consent_lines(payload, names))]
    if kind in (EntryKind.REVISIT, EntryKind.HELD_REVISIT):
        return revisit_sections(payload, names)
    if kind in FILLED_KINDS:
        return filling_sections(payload, names)
    if kind == EntryKind.CHECKIN:
        return _checkin(payload, names)
    if kind == EntryKind.PERSON_CORRECTED:
        return corrected(payload, names)
    if kind in (EntryKind.BINDING_CLAIMED, EntryKind.BINDING_CONFIRMED, EntryKind.BINDING_REVOKED):
        return _binding(payload, names)
    return READ.get(EntryKind(kind), _nothing)(payload)


def _roster(payload: dict[str, Any]) -> list[Section]:
    risks = in_a_row(RiskFactor.label_of(code) for code in payload.get("risk_factors", []))
    since = payload.get("identified_on")
    lines = [
        Line(_("监测类别"), Kind.label_of(payload.get("kind")) or _("未纳入监测")),
        Line(_("风险点"), risks),
        Line(_("识别时间"), day(since) if since else ""),
        Line(_("住址"), payload.get("address") or ""),
        Line(_("成员"), in_a_row(member.get("name") or _("（已删除）") for member in payload.get("members", []))),
    ]
    return [Section(_("名册内容"), [line for line in lines if line.text])]


def _decision(payload: dict[str, Any]) -> list[Section]:
    accepted, reason = payload.get("accepted"), payload.get("reason") or ""
    lines = [
        Line(_("结果"), _("核收") if accepted else _("退回"), not accepted),
        Line(_("说明"), reason),
        Line(_("针对"), _("第 %(seq)s 条", seq=payload.get("seq"))),
    ]
    return [Section(_("乡镇意见"), [line for line in lines if line.text])]


def _handed_over(payload: dict[str, Any]) -> list[Section]:
    load = payload.get("caseload") or {}
    lines = [
        Line(_("移交人"), payload.get("giver") or ""),
        Line(_("接手人"), payload.get("taker") or ""),
        Line(_("为什么移交"), payload.get("reason") or ""),
        Line(_("农户"), _("%(n)s 户", n=load.get("households", 0))),
        Line(_("没有办完的"), _("%(n)s 件", n=load.get("tasks", 0) + load.get("steps", 0))),
    ]
    return [Section(_("移交内容"), [line for line in lines if line.text])]


def _hand_over_answered(payload: dict[str, Any]) -> list[Section]:
    accepted = payload.get("accepted")
    lines = [
        Line(_("结果"), _("接收") if accepted else _("退回"), not accepted),
        Line(_("说明"), payload.get("reason") or ""),
        Line(_("针对"), _("第 %(seq)s 条", seq=payload.get("seq"))),
    ]
    return [Section(_("移交答复"), [line for line in lines if line.text])]


def _deputy(payload: dict[str, Any]) -> list[Section]:
    accepted = payload.get("accepted")
    lines = [
        Line(_("谁不在岗"), payload.get("absent") or ""),
        Line(_("代班的人"), payload.get("deputy") or ""),
        Line(_("从哪天"), payload.get("from") or ""),
        Line(_("到哪天"), payload.get("to") or ""),
        Line(_("原因"), payload.get("reason") or ""),
        Line(_("结果"), "" if accepted is None else _("同意") if accepted else _("不同意"), accepted is False),
    ]
    return [Section(_("代班"), [line for line in lines if line.text])]


def _reminder(payload: dict[str, Any]) -> list[Section]:
    lines = [
        Line(_("怎么提醒"), ReminderWay.label_of(payload.get("way"))),
        Line(_("几点"), payload.get("at") or "" if payload.get("way") != ReminderWay.NONE else ""),
        Line(_("手机号"), payload.get("phone") or ""),
        Line(_("确认"), Standing.label_of(payload.get("state"))),
    ]
    return [Section(_("提醒"), [line for line in lines if line.text])]


def _declaration(payload: dict[str, Any]) -> list[Section]:
    amount, claim = payload.get("amount"), payload.get("claim") or {}
    place = payload.get("place") or {}
    lines = [
        Line(_("遇到的困难"), in_a_row(RiskFactor.label_of(code) for code in payload.get("risk_factors", []))),
        Line(_("什么时候开始"), payload.get("since") or ""),
        Line(_("自己花了"), _between(amount, payload.get("amount_max"))),
        Line(_("原话"), payload.get("note") or ""),
        Line(_("自称"), " ".join(str(claim[key]) for key in ("name", "town", "village", "last4") if claim.get(key))),
        Line(_("代为申报"), (payload.get("helper") or {}).get("name") or ""),
        Line(_("位置"), place.get("label") or ""),
        Line(_("告知书"), payload.get("notice") or ""),
        Line(_("并入"), _("第 %(seq)s 条", seq=payload["raises"]) if "raises" in payload else ""),
    ]
    return [Section(_("申报内容"), [line for line in lines if line.text])]


def _between(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    return yuan(least) if most in (None, least) else f"{yuan(least)} – {yuan(most)}"


def _checkin(payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    facts = payload.get("facts", {})
    income = facts.get(INCOME)
    months = facts.get("months_away")
    lines = [
        Line(_("谁"), names.get(payload.get("person_id", ""), "")),
        Line(_("由谁代答"), (payload.get("said_by") or {}).get("name") or ""),
        Line(_("情况"), _("和上次一样") if payload.get("unchanged") else ""),
        Line(_("情况"), _("不方便说") if payload.get("declined") else ""),
        Line(_("新电话"), facts.get("phone") or ""),
        Line(_("务工地点"), names.get(facts.get("work_place", ""), facts.get("work_place", ""))),
        Line(_("做什么工作"), facts.get("work") or ""),
        Line(_("一年在外"), _("%(months)s 个月", months=months) if months is not None else ""),
        Line(_("每月收入"), "" if income is None else pay(income, facts.get(INCOME_MOST, income))),
        Line(_("求助"), _("说家里有困难，需要帮助") if payload.get("asks_help") else "", True),
        Line(_("原话"), payload.get("note") or ""),
    ]
    return [Section(_("回访内容"), [line for line in lines if line.text])]


def _silence(payload: dict[str, Any]) -> list[Section]:
    said = _("问了 %(waves)s 次没有回音，请打电话问问家里", waves=payload.get("waves"))
    return [Section(_("务工回访"), [Line(_("情况"), said, True)])]


def _call_wanted(payload: dict[str, Any]) -> list[Section]:
    why = Why.label_of(payload.get("why"))
    return [Section(_("务工回访"), [Line(_("情况"), _("%(why)s，请打电话问问", why=why), True)])]


def _attached(payload: dict[str, Any]) -> list[Section]:
    return [Section(_("线索归户"), [Line(_("针对"), _("第 %(seq)s 条", seq=payload.get("seq")))])]


def _detached(payload: dict[str, Any]) -> list[Section]:
    lines = [
        Line(_("针对"), _("第 %(seq)s 条", seq=payload.get("seq"))),
        Line(_("原因"), payload.get("note") or ""),
    ]
    return [Section(_("撤回线索归户"), [line for line in lines if line.text])]


def _binding(payload: dict[str, Any], names: Mapping[str, str]) -> list[Section]:
    lines = [
        Line(_("谁"), names.get(payload.get("person_id", ""), "")),
        Line(_("渠道"), Channel.label_of(payload.get("at"))),
        Line(_("号码"), payload.get("phone") or ""),
        Line(_("怎么确认的"), Proof.label_of(payload.get("proof"))),
        Line(_("号码另一户在用"), Decision.label_of(payload.get("decided"))),
        Line(_("不再算的号码"), Withdrawn.label_of(payload.get("withdrawn"))),
        Line(_("说明"), payload.get("note") or ""),
    ]
    return [Section(_("绑定"), [line for line in lines if line.text])]


def _help_wanted(payload: dict[str, Any]) -> list[Section]:
    danger, question = _("说到不想活，请马上联系"), _("问办事的事，请打电话答复")
    said = danger if payload.get("danger") else question if payload.get("question") else _("话没有说完，请打电话问问")
    lines = [Line(_("情况"), said, True), Line(_("原话"), payload.get("note") or "")]
    return [Section(OWN_WORDS, [line for line in lines if line.text])]


def _photos(payload: dict[str, Any]) -> list[Section]:
    several = _("%(count)s 张照片，补在第 %(seq)s 条", count=len(payload.get("evidence", [])), seq=payload.get("seq"))
    return [Section(_("补交照片"), [Line(_("内容"), several)])]


def _messages(payload: dict[str, Any]) -> list[Section]:
    came, leads = len(payload.get("messages", ())), len(payload.get("leads", ()))
    lines = [
        Line(_("渠道"), Channel.label_of(payload.get("at"))),
        Line(_("来信"), _("%(came)s 条", came=came)),
        Line(_("线索"), _("%(leads)s 条", leads=leads) if leads else ""),
        Line(_("说明"), payload.get("note") or ""),
    ]
    return [Section(_("来信归户"), [line for line in lines if line.text])]


def _warning(payload: dict[str, Any]) -> list[Section]:
    receivers = in_a_row(Role.label_of(role) for role in payload.get("receivers", []))
    lines = [
        Line(_("预警等级"), grade_mark(payload.get("grade", Grade.NONE))),
        Line(_("为什么"), sentences(payload.get("note") or "")),
        Line(_("谁来办"), receivers),
        Line(_("什么时候以前"), day(payload["due_at"]) if "due_at" in payload else ""),
        Line(_("按哪个政策包"), payload.get("pack") or ""),
    ]
    return [Section(_("平台预警"), [line for line in lines if line.text])]


def _sweep(payload: dict[str, Any]) -> list[Section]:
    counted = payload.get("grades", {})
    lines = [
        Line(_("判断了"), _("%(households)s 户 %(persons)s 人", households=payload.get("households"),
                          persons=payload.get("persons"))),
        *(Line(grade_mark(code), _("%(count)s 户", count=counted[code])) for code in Grade.labels() if code in counted),
        Line(_("新的预警"), _("%(count)s 条", count=payload.get("warnings"))),
        Line(_("按哪个政策包"), payload.get("pack") or ""),
    ]  # fmt: skip
    return [Section(_("筛查结果"), lines)]


def _case(payload: dict[str, Any]) -> list[Section]:
    return [Section(_("监测案子"), case_lines(payload))]


def _help(payload: dict[str, Any]) -> list[Section]:
    return [Section(_("一户一策"), help_lines(payload))]


def _tie(payload: dict[str, Any]) -> list[Section]:
    return [Section(_("利益联结"), tie_lines(payload))]


def _nothing(_payload: dict[str, Any]) -> list[Section]:
    return []


READ: dict[EntryKind, Callable[[dict[str, Any]], list[Section]]] = {
    EntryKind.ROSTER: _roster,
    EntryKind.HELD_DECISION: _decision,
    EntryKind.HANDED_OVER: _handed_over,
    EntryKind.HAND_OVER_ANSWERED: _hand_over_answered,
    EntryKind.REMINDER: _reminder,
    EntryKind.DEPUTY_NAMED: _deputy,
    EntryKind.DEPUTY_ANSWERED: _deputy,
    EntryKind.DEPUTY_ENDED: _deputy,
    EntryKind.DECLARATION: _declaration,
    EntryKind.SILENCE: _silence,
    EntryKind.CALL_WANTED: _call_wanted,
    EntryKind.LEAD_ATTACHED: _attached,
    EntryKind.LEAD_DETACHED: _detached,
    EntryKind.HELP_WANTED: _help_wanted,
    EntryKind.PHOTOS: _photos,
    EntryKind.MESSAGES_ATTACHED: _messages,
    EntryKind.MESSAGES_DETACHED: _messages,
    EntryKind.PEOPLE_MERGED: merged,
    EntryKind.PEOPLE_PARTED: merged,
    EntryKind.WARNING: _warning,
    EntryKind.SWEEP: _sweep,
    EntryKind.CASE_OPENED: _case,
    EntryKind.CASE_STEP: _case,
    **dict.fromkeys(KINDS.values(), fund_sections),
    **RELIEF_READ,
    EntryKind.SCREENING: screening,
    EntryKind.SCREENING_LIST: screening_list,
    EntryKind.SCREENING_ROWS: screening_rows,
    EntryKind.SCREENING_DECIDED: screening_decided,
    EntryKind.SCREENING_UNDONE: screening_undone,
    EntryKind.PLAN_TEAM: _help,
    EntryKind.MEASURE_PLANNED: _help,
    EntryKind.MEASURE_STEP: _help,
    EntryKind.PARTNER: _tie,
    EntryKind.TIE: _tie,
    EntryKind.TIE_PAID: _tie,
}
