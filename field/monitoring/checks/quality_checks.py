"""数据质量检查目录: every check as data; what it is called, what is wrong, how it is mended, and its SQL."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, or_

from field.monitoring.cases.case_list import gone
from field.monitoring.cases.cases import MonitoringCase
from field.monitoring.checks import quality_rows as q
from field.monitoring.checks.quality_rows import MONITORED, Rows, Terms
from field.monitoring.help.plan import due_since, helped
from field.monitoring.risk.sections import ILL, WITHOUT_LABOUR, amount
from field.monitoring.roster import roster_corrections
from field.monitoring.roster.roster_claims import contradicted
from field.registry.households import Household, Person

# 在哪里改: a visit and its sections, the roster, the case, its lead, the plan, the bills, people (twice, or one).
VISIT, MEMBERS, INCOME, RISKS = "visit", "members", "income", "risk_factors"
ROSTER, CASE, LEADS, PLAN, RELIEF, MERGING = "roster", "case", "leads", "plan", "relief", "merging"
PEOPLE = "people"


@dataclass(frozen=True)
class Check:
    """一项检查: `mend` names where it is put right."""

    code: str
    title: str
    words: str
    mend: str
    rows: Rows | Callable[[Terms], Rows]

    def of(self, by: Terms) -> Rows:
        """What it finds by a pack and on a day."""
        return self.rows(by) if callable(self.rows) else self.rows


CHECKS: tuple[Check, ...] = (
    Check("no_risk", "监测户没有风险点", "在监测，却没有写因为什么。走访时补上风险点。", RISKS,
          q.households(MONITORED, Household.main_risk.is_(None))),
    Check("no_income", "监测户没有收入", "在监测，却从来没有记过收入。走访时问清十二个月的收入。", INCOME,
          q.households(MONITORED, ~q.told_of_income())),
    Check("no_identified_on", "监测户没有识别时间", "没有识别时间，救助、消除都算不了。请更新名册。", ROSTER,
          q.households(MONITORED, Household.identified_on.is_(None))),
    Check("roster_otherwise", "名册说的和监测状态不一样",
          "名册改不了监测状态。名册写错了的，请更新名册；情况变了的，请在案子里办理，没有案子的先补立案。", CASE,
          contradicted()),
    Check("roster_against_correction", "名册又说了和更正不一样的",
          "更正过的没有跟着名册变。请对照证件，在更正登记里填上对的那一个；名册写错了的，也请更新名册。", PEOPLE,
          roster_corrections.contradicted()),
    Check("eliminated_dropout", "风险已消除，孩子却没有上学",
          "学龄孩子没有在校，请核实；登记错了的更正在校生状况，属实的到案子里回退。", PEOPLE,
          lambda t: q.members(q.eliminated(), q.out_of_school(t))),
    Check("dropout", "监测户有学龄孩子没有上学",
          "请上门核实孩子为什么没有在校，劝返；登记错了的更正在校生状况。", PEOPLE,
          lambda t: q.members(MONITORED, q.out_of_school(t))),
    Check("no_measure", "识别一个月还没有帮扶措施", "请尽快定下措施和责任人。", PLAN,
          lambda t: q.households(MONITORED, ~helped, Household.identified_on < due_since(t.pack, t.day))),
    Check("early_elimination", "识别不到期限就消除了风险", "识别到消除的时间太短，请核实；不该消除的要回退。", CASE,
          lambda t: q.households(q.eliminated(q.months_between(MonitoringCase.identified_on, MonitoringCase.since)
                                              < t.pack.elimination.earliest_months))),
    Check("id_number", "证件号码不对", "号码位数、日期或校验位不对。请对照证件更正。", PEOPLE,
          q.people(Person.id_fault == "number")),
    Check("id_mismatch", "证件号码和出生日期、性别对不上", "请对照证件，看哪一个写错了。", PEOPLE,
          q.people(Person.id_fault.in_(("birth", "sex")))),
    Check("same_id", "两个人用同一个证件号码", "可能登记了两次，请合并；也可能写错了。", MERGING,
          lambda t: q.people(q.twin(t, Person.id_number_index, False))),
    Check("same_phone", "两户留了同一个电话", "请问清电话是谁的，另一户改成自己的。", MEMBERS,
          lambda t: q.people(q.twin(t, Person.phone_index, True))),
    Check("no_id", "监测户成员没有证件号码", "请对照证件补上。", PEOPLE,
          q.members(MONITORED, Person.id_number_index.is_(None))),
    Check("no_birth", "没有出生日期", "请对照证件补上。", PEOPLE,
          q.people(Person.birth_date.is_(None))),
    Check("no_phone", "监测户全家没有电话", "请留一个能找到这家人的电话。", MEMBERS,
          lambda t: q.households(MONITORED, ~q.member(t, Person.phone_index.is_not(None)))),
    Check("no_head", "没有户主", "原来的户主不在了，请定下新的户主。", PEOPLE,
          lambda t: q.households(Household.persons > 0, ~q.member(t, Person.relation == q.HEAD))),
    Check("age", "年龄不可能", "太年长、还没有出生，或者户主、配偶年纪太小。请核对出生日期和关系。", PEOPLE,
          lambda t: q.people(or_(
              Person.birth_date < t.years_ago(t.rule.oldest + 1), Person.birth_date > t.day,
              (Person.relation == q.HEAD) & (Person.birth_date > t.years_ago(t.rule.head_from)),
              (Person.relation == q.SPOUSE) & (Person.birth_date > t.years_ago(t.rule.spouse_from))))),
    Check("generation", "年龄和关系对不上", "子女、孙辈比户主年纪还大或差得太少，或者父母太年轻。请核对。", PEOPLE,
          q.wrong_generation),
    Check("pupil_age", "年龄和在读的学校对不上", "请核对出生日期和在校生状况。", PEOPLE,
          lambda t: q.people(q.wrong_pupil(t))),
    Check("help_without_transfers", "有低保或特困，转移性收入却是 0", "低保金、特困供养金要算进转移性收入。", INCOME,
          lambda t: q.income(t.pack, lambda told: amount(told, "transfers") == 0).where(q.member(
              t, or_(Person.details["minimum_living"].as_boolean(), Person.details["extreme_hardship"].as_boolean())))),
    Check("income_period", "收入的起止时间不对", "起止写反了，或者截止的那天还没有到，这样的收入不算数。走访时改正。",
          INCOME, lambda t: q.income(t.pack, lambda told: or_(
              told[("period", "to")].as_string() > t.day.isoformat(),
              told[("period", "from")].as_string() > told[("period", "to")].as_string()))),
    Check("red_without_case", "红色、橙色预警，没有立案",
          "上门以后仍是红色或橙色，也没有立案。请到线索里立案；判断不对的，走访时改正数据。", LEADS,
          q.households(~MONITORED, q.urgent(), ~q.under_way(), ~q.to_check(), q.heard_of(),
                       ~gone(Household.id))),
    Check("wages_household", "工资性收入少得不像", "平均每月不到这个数，可能把元写成了千元，或者少写了。", INCOME,
          lambda t: q.income(t.pack, lambda told: amount(told, "wages").between(
              1, cast(t.rule.wages_month_yuan * 1200 - 1, BigInteger)))),
    Check("wages_person", "务工人员月收入少得不像", "可能把元写成了千元，或者少写了。请再问一次。", MEMBERS,
          lambda t: q.people(Person.monthly_income.between(1, t.rule.wages_month_yuan * 100 - 1))),
    Check("no_labour", "全家没有劳动力，没有标出来", "每个人都没有劳动能力，请在名册上标为整户无劳动力。", ROSTER,
          lambda t: q.households(~Household.no_labour, q.member(t, Person.labour.in_(WITHOUT_LABOUR)),
                                 ~q.member(t, or_(Person.labour.is_(None), Person.labour.not_in(WITHOUT_LABOUR))))),
    Check("labour_after_all", "标了整户无劳动力，家里却有劳动力", "请核对劳动能力和整户无劳动力的标记。", MEMBERS,
          lambda t: q.households(Household.no_labour.is_(True), q.member(t, Person.labour.not_in(WITHOUT_LABOUR)))),
    Check("nobody_ill", "因病，家里却没有人有病", "主要风险点是因病，登记的人都健康。请核对健康状况。", MEMBERS,
          lambda t: q.households(MONITORED, Household.main_risk == "illness", q.member(t, Person.health.is_not(None)),
                                 ~q.member(t, or_(Person.health.is_(None), Person.health.in_((*ILL, "残疾")))))),
    Check("unvisited", "监测户很久没有走访", "已经超过应走访的天数，请尽快上门。", VISIT,
          lambda t: q.households(MONITORED, or_(
              Household.last_visit_at < t.days_ago(t.rule.visit_days),
              Household.last_visit_at.is_(None)
              & or_(Household.identified_on.is_(None),
                    Household.identified_on < t.days_ago(t.rule.visit_days).date())))),
    Check("bill_unclear", "票据写得不全",
          "缺是谁的、日期、总金额或合规费用，或者合规费用比总金额大、日期在以后，救助算不了。请补全或改正。", RELIEF,
          q.households(q.unclear_bill())),
)  # fmt: skip
TITLES = {check.code: check.title for check in CHECKS}
