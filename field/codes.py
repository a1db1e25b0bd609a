"""词汇: every code with its Chinese label, in one place for API, screens and tests."""

from field.labels import Labelled, Word


class Kind(Labelled):
    """监测类别: the three kinds of monitored household (domain, section 2), and the one of 2026 on."""

    UNSTABLE = "unstable", "脱贫不稳定户"
    MARGINAL = "marginal", "边缘易致贫户"
    SUDDEN = "sudden", "突发严重困难户"
    AT_RISK = "at_risk", "防止返贫致贫对象"


THREE_KINDS = (Kind.UNSTABLE, Kind.MARGINAL, Kind.SUDDEN)  # 三类户, in which statistics speak


class RiskFactor(Labelled):
    """风险点: what may push a household back into poverty."""

    ILLNESS = "illness", "因病"
    DISABILITY = "disability", "因残"
    SCHOOLING = "schooling", "因学"
    DISASTER = "disaster", "因灾"
    ACCIDENT = "accident", "因意外"
    UNSTABLE_WORK = "unstable_work", "务工就业不稳"
    FAILED_BUSINESS = "failed_business", "产业失败"
    LACK_OF_LABOUR = "lack_of_labour", "缺劳动力"
    HOUSING = "housing", "住房"
    WATER = "water", "饮水"
    OTHER = "other", "其他"


class Grade(Labelled):
    """预警等级: how urgent a household's risk is; judged from the policy pack."""

    RED = "red", "红色"
    ORANGE = "orange", "橙色"
    YELLOW = "yellow", "黄色"
    NONE = "none", "无"


class Guarantee(Labelled):
    """两不愁三保障和饮水安全."""

    FOOD = "food", "不愁吃"
    CLOTHING = "clothing", "不愁穿"
    SCHOOLING = "schooling", "义务教育"
    MEDICAL = "medical", "基本医疗"
    HOUSING = "housing", "住房安全"
    WATER = "water", "饮水安全"


class Income(Labelled):
    """收入: the parts of a household's yearly income, and what it cost to make."""

    WAGES = "wages", "工资性收入"
    BUSINESS = "business", "生产经营性收入"
    PROPERTY = "property", "财产性收入"
    TRANSFERS = "transfers", "转移性收入"
    PRODUCTION_COST = "production_cost", "生产经营性支出"


class Expense(Labelled):
    """刚性支出: the large expenses that a household cannot avoid."""

    MEDICAL_SELF_PAID = "medical_self_paid", "自付医疗费"
    SCHOOLING = "schooling", "上学费用"
    HOUSING = "housing", "住房费用"
    OTHER = "other", "其他大额支出"


class Need(Labelled):
    """需求: what a household asks for."""

    MEDICAL = "medical", "看病救助"
    SOCIAL_SECURITY = "social_security", "低保特困"
    JOB = "job", "找工作"
    TRAINING = "training", "技能培训"
    INDUSTRY = "industry", "发展产业"
    SCHOOLING = "schooling", "上学资助"
    HOUSING = "housing", "修缮住房"
    WATER = "water", "解决饮水"
    CASH = "cash", "临时救助"
    OTHER = "other", "其他"


class EvidenceKind(Labelled):
    """佐证照片的种类."""

    RECEIPT = "receipt", "票据"
    MEDICAL_RECORD = "medical_record", "病历"
    HOUSE = "house", "房屋"
    PERSON = "person", "人员"
    OTHER = "other", "其他"
    SIGNATURE = "signature", "签名"
    CONSENT = "consent", "承诺书"


class Left(Labelled):
    """减员: why a member no longer belongs to the household."""

    MOVED = "moved", "迁出"
    DIED = "died", "去世"
    MARRIED_OUT = "married_out", "婚嫁迁出"
    DELISTED = "delisted", "名册上已没有"


class Role(Labelled):
    """角色: whose hands the software is in (domain, section 1)."""

    VILLAGE = "village", "村干部"
    TOWN = "town", "乡镇"
    COUNTY = "county", "县"
    DEPARTMENT = "department", "行业部门"
    UNIT = "unit", "乡镇单位"


class Channel(Labelled):
    """渠道: the way by which something reached the ledger."""

    PHONE = "phone", "手机走访"
    WEB = "web", "网页"
    ROSTER = "roster", "名册导入"
    SHEET = "sheet", "填报表"
    WECHAT = "wechat", "微信"
    SMS = "sms", "短信"
    CALL = "call", "电话"
    DEPARTMENT = "department", "部门推送"
    SYSTEM = "system", "平台"


class EntryKind(Labelled):
    """台账条目的种类."""

    ROSTER = "roster", "名册登记"
    VISIT = "visit", "干部走访摸排"
    HELD_VISIT = "held_visit", "待乡镇核收的走访"
    HELD_REVISIT = "held_revisit", "待乡镇核收的回访"
    HELD_DECISION = "held_decision", "乡镇核收"
    DECLARATION = "declaration", "农户自主申报"
    CHECKIN = "checkin", "务工回访"
    SILENCE = "silence", "回访没有回音"
    CALL_WANTED = "call_wanted", "请干部打电话"
    LEAD_ATTACHED = "lead_attached", "线索归户"
    HELP_WANTED = "help_wanted", "请村里联系"
    PHOTOS = "photos", "补交照片"
    LEAD_DETACHED = "lead_detached", "撤回线索归户"
    MESSAGES_ATTACHED = "messages_attached", "来信归户"
    MESSAGES_DETACHED = "messages_detached", "撤回来信归户"
    BINDING_CLAIMED = "binding_claimed", "登记绑定"
    BINDING_CONFIRMED = "binding_confirmed", "确认绑定"
    BINDING_REVOKED = "binding_revoked", "解除绑定"
    PEOPLE_MERGED = "people_merged", "合并重复的人"
    PEOPLE_PARTED = "people_parted", "撤销合并"
    WARNING = "warning", "平台预警"
    SWEEP = "sweep", "全县筛查分析"
    CASE_OPENED = "case_opened", "立案"
    CASE_STEP = "case_step", "办理步骤"
    FUND_DONATION = "fund_donation", "救助基金捐款"
    FUND_GIVEN_BACK = "fund_given_back", "救助基金退还捐款"
    FUND_APPLICATION = "fund_application", "救助基金申请"
    FUND_STEP = "fund_step", "救助基金签批"
    FUND_PAYMENT = "fund_payment", "救助基金发放"
    FUND_REFUND = "fund_refund", "救助基金退回"
    BILL_CORRECTED = "bill_corrected", "更正票据"
    LONG_TERM_MARKED = "long_term_marked", "标为长期户"
    LONG_TERM_UNMARKED = "long_term_unmarked", "取消长期户"
    QUALITY_COUNTED = "quality_counted", "数据质量检查"
    SCREENING = "screening", "部门筛查预警"
    SCREENING_LIST = "screening_list", "部门报送名单"
    SCREENING_ROWS = "screening_rows", "名单里没有归户的行"
    SCREENING_DECIDED = "screening_decided", "名单认定"
    SCREENING_UNDONE = "screening_undone", "撤销名单认定"
    PLAN_TEAM = "plan_team", "帮扶专班"
    MEASURE_PLANNED = "measure_planned", "安排帮扶措施"
    MEASURE_STEP = "measure_step", "帮扶措施进展"
    PARTNER = "partner", "经营主体"
    TIE = "tie", "利益联结"
    TIE_PAID = "tie_paid", "利益联结兑现"
    CONSENT = "consent", "承诺授权"
    REVISIT = "revisit", "监测对象回访"
    HANDED_OVER = "handed_over", "移交工作"
    HAND_OVER_ANSWERED = "hand_over_answered", "答复移交"
    REMINDER = "reminder", "设置提醒"
    DEPUTY_NAMED = "deputy_named", "安排代班"
    DEPUTY_ANSWERED = "deputy_answered", "答复代班"
    DEPUTY_ENDED = "deputy_ended", "结束代班"
    ERASED = "erased", "依法删除"
    PERSON_CORRECTED = "person_corrected", "更正登记"
    FILLED_IN = "filled_in", "填报表更改"
    FILLED_HELD = "filled_held", "填报表有冲突"
    FILLED_DECIDED = "filled_decided", "填报冲突认定"


class ReminderWay(Labelled):
    """提醒方式: how a member of staff is told of what is to be done."""

    NONE = "none", "不提醒"
    SMS = "sms", "短信"
    WECHAT = "wechat", "微信"


class Source(Labelled):
    """线索来源: which of the ways in a lead or a task came from (domain, section 3)."""

    DECLARATION = "declaration", "农户自主申报"
    VISIT = "visit", "干部走访摸排"
    SCREENING = "screening", "行业部门筛查"
    ANALYSIS = "analysis", "平台监测分析"
    CHECKIN = "checkin", "务工回访和来信"


OWN_WORDS = Word("农户自己的话")  # where something comes from that was said by the way, whatever was being asked


class LeadKind(Labelled):
    """线索的种类: what somebody should look into."""

    HARDSHIP = "hardship", "遇到困难"
    OUT_OF_TOUCH = "out_of_touch", "联系不上"
    INCOME = "income", "收入变化大"
    WARNING = "warning", "风险预警"
    DANGER = "danger", "可能有生命危险"


class TaskKind(Labelled):
    """待办的种类: what somebody should do."""

    CHECK = "check", "入户核实"
    CALL = "call", "打电话问问家里"
    ANSWER = "answer", "打电话答复"
    DANGER = "danger", "生命危险，马上联系"
    FIND = "find", "找到是哪一户"
    BINDING = "binding", "核对是不是本人的号"
    STEP = "step", "办理案子"
    OBJECTION = "objection", "答复公示异议"
    FILLING = "filling", "认定填报冲突"
    VISIT = "visit", "本月走访"
    REVISIT = "revisit", "消除后回访"
    PLAN = "plan", "制定一户一策"
    MEASURE = "measure", "帮扶措施过期"
    LEAVING = "leaving", "确认并户、迁出或去世"
    URGENT_AID = "urgent_aid", "急用的救助"


class JobKind(Labelled):
    """后台工作的种类."""

    ROSTER_IMPORT = "roster_import", "名册导入"
    WEBHOOK = "webhook", "通知部门系统"
    PHOTO_VERSIONS = "photo_versions", "照片处理"
    PLACE_JUDGEMENT = "place_judgement", "位置核对"
    CHECKPOINT = "checkpoint", "台账封存"
    SWEEP = "sweep", "全县筛查分析"
    QUALITY = "quality", "数据质量检查"
    PHOTO_FETCH = "photo_fetch", "取来信里的照片"
    LEFTOVERS = "leftovers", "清理没人用的照片"
    SCREENING = "screening", "部门名单比对"
    EXPORT = "export", "导出农户"
    ERASURE = "erasure", "依法删除后清理"
    FILLING = "filling", "读填报表"
    RECEIPT_READING = "receipt_reading", "识读票据"


class JobState(Labelled):
    """后台工作的状态."""

    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"
    EXPIRED = "expired", "已过期删除"


class ExportFormat(Labelled):
    """导出文件的种类."""

    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"
    JSONL = "jsonl", "JSON 行"
    PACKAGE = "zip", "数据包"
    FILLING = "filling", "填报表"


LEVELS = tuple(map(Word, ("听说", "自报", "来源已核实", "干部看到", "看过材料", "部门数据")))
