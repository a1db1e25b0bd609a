"""案子的进程: whether an act may be done to a case as it stands; pure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from field.case_codes import CaseAction as A
from field.case_codes import CaseState as S
from field.codes import Role
from field.labels import Word
from field.monitoring.cases import case_contents as said
from field.monitoring.cases.case_contents import fault
from field.monitoring.cases.case_rules import APPROVALS, CONFIRMED, NOTICES, RULES, WAY_OUT, Rule, done_by
from field.monitoring.cases.case_standing import Around, Standing
from field.monitoring.cases.elimination import conditions, missing
from field.monitoring.policy.share_shapes import share_told
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.monitoring.workdays import due
from field.registry.regions import LEVELS, within
from field.registry.signatures import by_same
from field.sentences import Sentence, Series, word

PLACES = tuple(length for length in LEVELS if length > 2)  # a province alone is nobody who could be told
LONGEST = timedelta(days=366)  # more is a slip of the hand, and would keep the case from going on
NO_SUCH_HOME = "要填另外一户的户编号：没有这一户，或者它已经并走、已经删除"
NO_SUCH_PLACE = "看不出是哪个市县，请写全省、市、县的名称，或者填区划代码"
STILL_OURS = "还在本县，监测要接着办，不能当作迁出；请在名册上把这一户改到那个村"
NOT_TOLD = "要写明哪一天告诉了那边的哪个单位，或者选上户口迁移凭证的照片，免得两边都不管"
UNWATCHED = "那一户没有在监测，也没有在办的案子，并过去监测就断了；请先为那一户立案，或者先办风险消除"
NOT_GIVEN = {None: "{name}还没有承诺授权", False: "{name}的承诺授权还在手机里，签名或照片还没有传上来", True: ""}

NOT_VISITED = {
    S.ON_SITE_CHECK: "线索来了以后还没有走访记录，请先上门走访",
    S.ELIMINATION_CHECK: "提出风险消除以后还没有走访记录，请先上门走访",
}


def decide(at: Standing, action: A, content: Any, by: str, role: Role, around: Around) -> tuple[Rule, dict[str, Any]]:
    """The rule under which it may be done and the content as kept; Refused with every fault."""
    rule = RULES.get((at.state, action))
    if rule is None:
        words = Sentence("现在是“{now}”，不能“{action}”", now=at.state.label, action=action.label)
        raise OutOfOrder([fault("action", words)])
    if role not in rule.who:
        raise WrongHands([fault("action", done_by(rule.who))])
    if why := same_hands(at, action, by):
        raise WrongHands([fault("action", why)])
    part, faults = said.read(rule.needs, content)
    faults = [*faults, *_course_faults(at, action, around), *(_content_faults(part, at, around) if part else ())]
    if faults or part is None:
        raise Refused(faults)
    return rule, said.plain(part)


def same_hands(at: Standing, action: A, by: str) -> str | None:
    """四眼原则: why this person may not do it, or None."""
    if (
        action is A.ADVANCE
        and at.state in APPROVALS
        and (any(by_same(who, by) and step not in (at.state.value, A.OBJECT.value) for step, who in at.hands))
    ):
        return "前面的步骤是您办的，审核审定要由别人来做"
    if action is A.ANSWER_OBJECTION and any(by_same(who, by) for step, who in at.hands if step == A.OBJECT.value):
        return "异议是您记下的，要由别人来答复"
    if action in CONFIRMED and at.leaving and by_same(at.leaving["by"], by):
        return "是您提出的，要由别人来确认"
    if action is A.REJECT and by_same(by, at.rejected_by):
        return "上次是您没有通过的，申诉之后要由别人来定"
    return None


def _course_faults(at: Standing, action: A, around: Around) -> Iterator[dict[str, str]]:
    """What stands against it in the case itself."""
    yield from _leaving_faults(at, action, around)
    yield from _notice_faults(at, action, around)
    if action is A.PROPOSE_ELIMINATION or (action is A.ADVANCE and at.state in WAY_OUT):
        last = at.state is S.ELIMINATION_COUNTY_APPROVAL
        several = conditions(around.ground, around.pack.elimination, around.day)
        for one in missing(several, seen_only=not last):
            words = Sentence("{title}：{words}", title=word(one.title), words=word(one.words))
            yield fault(f"conditions.{one.code}", words)
    if action is A.ADVANCE and at.state in NOT_VISITED and not around.visited:
        yield fault("visit", NOT_VISITED[at.state])


def possible(at: Standing, action: A) -> bool:
    """Whether it is the turn of this, where leaving was proposed, or was not."""
    if at.leaving is None:
        return action not in CONFIRMED and action is not A.KEEP
    return action is A.KEEP or CONFIRMED.get(action) == at.leaving["action"]


def _leaving_faults(at: Standing, action: A, around: Around) -> Iterator[dict[str, str]]:
    if not possible(at, action):
        proposed = at.leaving and Sentence("已经{done}，先等县里确认或者退回", done=A(at.leaving["action"]).label)
        yield fault("action", proposed or "没有人提出过，没有什么要确认的")
    elif action is A.CONFIRM_MERGE and at.leaving and at.leaving["into"] not in around.others:
        yield fault("into", NO_SUCH_HOME)
    elif action in (A.MERGE, A.CONFIRM_MERGE) and not around.watched:
        yield fault("into", UNWATCHED)
    elif action is A.CONFIRM_MOVE and at.leaving and not at.leaving.get("division"):
        yield fault("action", "提出时没有写明迁到哪里，请退回，由提出的人重新提出")
    elif action in (A.DIE, A.CONFIRM_DEATH) and around.at_home:
        words = "名册上{names}还在家，监测不能因去世结束；各人的去向请先在走访里记下"
        yield fault("action", Sentence(words, names=Series(around.at_home)))


def _notice_faults(at: Standing, action: A, around: Around) -> Iterator[dict[str, str]]:
    posted = at.ends is not None
    if action is A.GREEN_CHANNEL and at.green:
        yield fault("action", "这个案子已经在走绿色通道")
    if action in (A.RETURN, A.REJECT) and at.stopped_on:
        yield fault("action", "异议还没有答复，请先答复，再退回或者不予通过")
    if action is A.POST_NOTICE and posted:
        yield fault("action", "公示已经张贴过了；要改，请先退回")
    if action in (A.OBJECT, A.ANSWER_OBJECTION) and not posted:
        yield fault("action", "公示还没有张贴")
    if action is A.OBJECT and at.stopped_on:
        yield fault("action", "已经有一条异议还没有答复，请写在一起答复")
    if action is A.ANSWER_OBJECTION and not at.stopped_on:
        yield fault("action", "没有要答复的异议")
    if action is A.ADVANCE and at.state in NOTICES:
        if at.ends is None:
            yield fault("notice", "公示还没有张贴")
        elif at.stopped_on:
            yield fault("notice", "异议还没有答复")
        elif around.day <= at.ends:
            yield fault("notice", Sentence("公示到 {until} 才满期", until=at.ends))


def _content_faults(part: said.Part, at: Standing, around: Around) -> Iterator[dict[str, str]]:
    """What stands against the content, in the circumstances."""
    match part:
        case said.OnSiteCheck():
            yield from _consents(part, around)
        case said.Assessment():
            yield from _votes(part, at, around)
        case said.Notice():
            rule = around.pack.notice
            if part.begins < around.day:
                yield fault("from", Sentence("公示要从今天 {today} 或以后算起，满期才作数", today=around.day))
            if not part.begins - around.day <= LONGEST or not part.ends - part.begins <= LONGEST:
                yield fault("to", "公示要在一年以内，请核对日期")
            elif part.ends < (least := due(part.begins, rule.days, rule.counting, around.own).day):
                yield fault("to", Sentence("公示至少 {days} 天，要到 {until}", days=rule.days, until=least))
        case said.Approval():
            fitting = around.pack.kinds_for(formerly_poor=around.formerly_poor)
            if part.kind not in fitting:
                kinds = Series(Word(one.name) for one in around.pack.kind if one.code in fitting)
                yield fault("kind", Sentence("按政策包，这一户可以定的类别是：{kinds}", kinds=kinds))
        case said.Merge() if part.into not in around.others:
            yield fault("into", NO_SUCH_HOME)
        case said.Move():
            yield from _moving(part, around)
        case said.EliminationReview():
            told = {one.risk_factor.value for one in part.measures}
            for code in (one for one in around.ground.risk_factors if one not in told):
                title = next(c.title for c in conditions(around.ground, around.pack.elimination, around.day)
                             if c.code == f"measure.{code}")  # fmt: skip
                yield fault("measures", Sentence("{title}：没有写", title=word(title)))


def _moving(part: said.Move, around: Around) -> Iterator[dict[str, str]]:
    if len(part.division) not in PLACES or not (part.division.isascii() and part.division.isdigit()):
        yield fault("division", NO_SUCH_PLACE)
    elif within(part.division, around.county) or within(around.county, part.division):
        yield fault("division", STILL_OURS)
    if part.informed is None and not part.photos:
        yield fault("informed", NOT_TOLD)
    elif part.informed and part.informed.on > around.day:
        yield fault("informed.on", "日期在今天之后")
    if set(part.photos) - around.photos:
        yield fault("photos", "凭证的照片要先随走访交上来")


def _consents(part: said.OnSiteCheck, around: Around) -> Iterator[dict[str, str]]:
    given = {one.person_id: one for one in part.consents}
    drawn = [one.signature for one in given.values() if one.how == "drawn"]
    for person_id, name in around.adults.items():
        if person_id not in given and (words := NOT_GIVEN[around.consented.get(person_id)]):
            yield fault("consents", Sentence(words, name=name))
    for person_id, one in given.items():
        if person_id not in around.adults:
            yield fault("consents", "承诺授权的人不是这一户的成年人")
        elif one.how == "fingerprint" and one.written_by is None:
            yield fault("consents", Sentence("{name}按的是手印，要写明由谁代写", name=around.adults[person_id]))
        elif one.how == "drawn" and one.signature not in around.signatures:
            yield fault("consents", Sentence("{name}的签名要先交上来", name=around.adults[person_id]))
        elif one.how == "drawn" and drawn.count(one.signature) > 1:
            yield fault("consents", Sentence("{name}的签名和别人的一样，每个人要自己签", name=around.adults[person_id]))
    if not around.adults:
        yield fault("consents", "这一户没有成年人，请先核对名册")
    if not part.photos and any(one.how != "drawn" for one in part.consents):
        yield fault("photos", "没有选承诺书的照片")
    if set(part.photos) - around.photos:
        yield fault("photos", "承诺书的照片要先随走访交上来")
    elif set(part.photos) - around.fresh:
        yield fault("photos", "承诺书的照片要是线索来了以后交上来的")


def _votes(part: said.Assessment, at: Standing, around: Around) -> Iterator[dict[str, str]]:
    rule = around.pack.assessment
    if not (at.since or part.held_on) <= part.held_on <= around.day:
        yield fault("held_on", Sentence("评议要在 {since} 到今天之间", since=at.since))
    if part.present > part.eligible:
        yield fault("present", "到会的人比应到的多")
    if part.in_favour + part.against > part.present:
        yield fault("in_favour", "表决的人比到会的多")
    if part.present < part.eligible * rule.quorum or not part.present:
        yield fault("present", Sentence("到会的不够应到的 {share}，评议不算数", share=share_told(rule.quorum)))
    elif part.in_favour <= part.present * rule.majority:
        words = "同意的没有超过到会的 {share}，只能退回或者不予通过"
        yield fault("in_favour", Sentence(words, share=share_told(rule.majority)))
