"""办理的代码: the states of a case, and what is done to it, each with its label."""

from field.labels import Labelled


class CaseState(Labelled):
    """办理状态: the step that is to be done now, or how a case ended (domain, section 4)."""

    LEAD = "lead", "线索"
    ON_SITE_CHECK = "on_site_check", "入户核实"
    DATA_CHECK = "data_check", "信息比对"
    ASSESSMENT = "assessment", "民主评议"
    PUBLIC_NOTICE = "public_notice", "公示"
    TOWN_REVIEW = "town_review", "乡镇审核"
    COUNTY_APPROVAL = "county_approval", "县级审定"
    MONITORED = "monitored", "已纳入监测"
    ELIMINATION_CHECK = "elimination_check", "消除：入户核实"
    ELIMINATION_ASSESSMENT = "elimination_assessment", "消除：民主评议"
    ELIMINATION_NOTICE = "elimination_notice", "消除：公示"
    ELIMINATION_TOWN_REVIEW = "elimination_town_review", "消除：乡镇审核"
    ELIMINATION_COUNTY_APPROVAL = "elimination_county_approval", "消除：县级审定"
    ELIMINATED = "eliminated", "风险已消除"
    REJECTED = "rejected", "不予纳入"
    MERGED = "merged", "并入别户"
    MOVED_AWAY = "moved_away", "已迁出"
    DIED = "died", "已去世"


class CaseAction(Labelled):
    """办理动作: what is done to a case."""

    OPEN = "open", "立案"
    TAKE_OVER = "take_over", "补立案"
    ADVANCE = "advance", "办完这一步"
    POST_NOTICE = "post_notice", "张贴公示"
    OBJECT = "object", "记下异议"
    ANSWER_OBJECTION = "answer_objection", "答复异议"
    RETURN = "return", "退回上一步"
    REJECT = "reject", "不予通过"
    APPEAL = "appeal", "申诉"
    GREEN_CHANNEL = "green_channel", "绿色通道"
    PROPOSE_ELIMINATION = "propose_elimination", "提出风险消除"
    ROLL_BACK = "roll_back", "回退（撤销错误的消除）"
    RE_MARK = "re_mark", "再标注（新的风险，重走全程）"
    MERGE = "merge", "提出并入别户"
    MOVE_AWAY = "move_away", "提出迁出"
    DIE = "die", "提出去世"
    CONFIRM_MERGE = "confirm_merge", "确认并入别户"
    CONFIRM_MOVE = "confirm_move_away", "确认迁出"
    CONFIRM_DEATH = "confirm_die", "确认去世"
    KEEP = "keep", "退回，照旧办理"
