"""帮扶的词汇: the codes of plans, measures, teams and ties, each with its Chinese label."""

from field.labels import Labelled


class MeasureState(Labelled):
    """措施状态: where a help measure stands (domain, section 7)."""

    PLANNED = "planned", "计划中"
    UNDER_WAY = "under_way", "正在办"
    CARRIED_OUT = "carried_out", "已落实"
    DROPPED = "dropped", "不再办"


class HelpAction(Labelled):
    """帮扶动作: what is done to a household's plan: to its team, and to each measure."""

    JOIN = "join", "加入专班"
    LEAVE = "leave", "退出专班"
    PLAN = "plan", "安排措施"
    START = "start", "开始办"
    NOTE = "note", "记进展"
    POSTPONE = "postpone", "改期或换负责人"
    CARRY_OUT = "carry_out", "记为已落实"
    DROP = "drop", "不再办"
    REOPEN = "reopen", "重新办"


class TeamRole(Labelled):
    """专班分工: who leads and who helps."""

    LEAD = "lead", "牵头人"
    RESPONSIBLE = "responsible", "帮扶责任人"
    HELPER = "helper", "帮扶成员"


class PartnerKind(Labelled):
    """经营主体的种类."""

    ENTERPRISE = "enterprise", "企业"
    COOPERATIVE = "cooperative", "合作社"
    FAMILY_FARM = "family_farm", "家庭农场"


class TieKind(Labelled):
    """联结方式: by what a household is tied to an enterprise, a co-operative or a family farm."""

    JOB = "job", "务工就业"
    SHARES = "shares", "入股分红"
    ORDER = "order", "订单收购"
    LAND = "land", "土地流转"
    OTHER = "other", "其他"


class TieAction(Labelled):
    """联结动作: what is done about enterprises and their ties."""

    ADD = "add", "登记经营主体"
    TIE = "tie", "结成联结"
    PAY = "pay", "记兑现"
    END = "end", "结束联结"
