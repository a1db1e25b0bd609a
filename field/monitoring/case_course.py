"""案子的进程: whether an act may be done to a case as it stands, and how it stands afterwards; pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from field.case_codes import CaseAction as A
from field.case_codes import CaseState as S
from field.codes import Role
from field.labels import Word
from field.monitoring import case_contents as said
from field.monitoring.case_contents import fault
from field.monitoring.case_rules import APPROVALS, LEAVING, NOTICES, RULES, WAY_OUT, Rule, done_by
from field.monitoring.case_standing import Act, Around, Standing
from field.monitoring.elimination import conditions, missing
from field.monitoring.refusals import OutOfOrder, Refused, WrongHands
from field.monitoring.workdays import due
from field.registry.signatures import by_same
from field.sentences import Sentence, Series, word

LONGEST = timedelta(days=366)  # more is a slip of the hand, and would keep the case from going on
CLOSED = timedelta(days=1)  # a notice can be closed on the day after its last, and is due then
CONFIRMED = {confirming: action for action, (confirming, _end) in LEAVING.items()}
NO_SUCH_HOME = "要填另外一户的户编号：没有这一户，或者它已经并走、已经删除"
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
    part, faults = said.read_content(rule.needs, content)
    faults = [*faults, *_course_faults(at, action, around), *(_content_faults(part, at, around) if part else ())]
    if faults or part is None:
        raise Refused(faults)
    return rule, said.plain(part)


def after(at: Standing, act: Act) -> Standing:
    """How the case stands after an act; the same as it happens and in every rebuild."""
    moved = act.to is not at.state
    new = replace(at, state=act.to)
    if moved:
        new = replace(new, since=act.day, due_on=act.due_on, provisional=act.provisional)
        new = replace(new, begins=None, ends=None, stopped_on=None)
    if change := CHANGES.get(act.action):
        new = change(at, new, act)
    return new


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
        case said.EliminationReview():
            told = {one.risk_factor.value for one in part.measures}
            for code in (one for one in around.ground.risk_factors if one not in told):
                title = next(c.title for c in conditions(around.ground, around.pack.elimination, around.day)
                             if c.code == f"measure.{code}")  # fmt: skip
                yield fault("measures", Sentence("{title}：没有写", title=word(title)))


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
    if part.present * 100 < part.eligible * rule.quorum_percent or not part.present:
        yield fault("present", Sentence("到会的不够应到的 {percent}%，评议不算数", percent=rule.quorum_percent))
    elif part.in_favour * 100 <= part.present * rule.pass_percent:
        words = "同意的没有超过到会的 {percent}%，只能退回或者不予通过"
        yield fault("in_favour", Sentence(words, percent=rule.pass_percent))


def _advanced(at: Standing, new: Standing, act: Act) -> Standing:
    if at.state is not S.DATA_CHECK:  # who only looks something up proposes nothing
        new = _touched(at, new, act)
    if at.state is S.ELIMINATION_TOWN_REVIEW:
        done = {one["risk_factor"]: act.seq for one in act.content["measures"]}
        return replace(new, carried_out=done, expense_solved=act.seq)
    if act.to is S.MONITORED:
        risks = tuple(act.content["risk_factors"])
        return replace(new, hands=(), kind=act.content["kind"], identified_on=act.day, risk_factors=risks)
    return new


def _touched(at: Standing, new: Standing, act: Act) -> Standing:
    return replace(new, hands=tuple(sorted({*at.hands, (at.state.value, act.by)})))


def _posted(at: Standing, new: Standing, act: Act) -> Standing:
    begins, ends = (date.fromisoformat(act.content[name]) for name in ("from", "to"))
    return replace(_touched(at, new, act), begins=begins, ends=ends, due_on=ends + CLOSED, provisional=False)


def _objected(at: Standing, new: Standing, act: Act) -> Standing:
    """The clock stands still; of all objections of the round the newest one's hands stand for them."""
    others = tuple(one for one in at.hands if one[0] != A.OBJECT.value)
    hands = tuple(sorted((*others, (A.OBJECT.value, act.by))))
    return replace(new, stopped_on=act.day, due_on=None, hands=hands)


def _answered(at: Standing, new: Standing, act: Act) -> Standing:
    """The clock runs on: the notice lasts longer by the days on which it stood still."""
    assert at.stopped_on
    assert at.ends
    ends = at.ends + max(act.day - at.stopped_on, timedelta())
    return replace(new, stopped_on=None, ends=ends, due_on=ends + CLOSED)


def _begun_again(at: Standing, new: Standing, act: Act) -> Standing:
    again = replace(new, hands=((at.state.value, act.by),), carried_out={}, expense_solved=None)
    if act.action is A.APPEAL:
        return again
    again = replace(again, rejected_by=None)
    return replace(again, round=at.round + 1, green=False) if act.action is A.RE_MARK else again


def _rejected(_at: Standing, new: Standing, act: Act) -> Standing:
    return replace(new, rejected_by=act.by) if act.to is S.REJECTED else new


def _taken_over(_at: Standing, new: Standing, act: Act) -> Standing:
    household = act.content["household"]
    since = household["identified_on"]
    new = replace(new, kind=household["kind"], risk_factors=tuple(household["risk_factors"]))
    return replace(new, identified_on=date.fromisoformat(since) if since else None)


def _proposed(at: Standing, new: Standing, act: Act) -> Standing:
    """It is the county's turn; until now one word was enough, and an entry of then still ends the case."""
    if act.to is not at.state:
        return replace(new, merged_into=act.content.get("into"))
    due_on = at.due_on.isoformat() if at.due_on else None
    leaving = {"action": act.action.value, "by": act.by, "into": act.content.get("into"), "due_on": due_on,
               "provisional": at.provisional}  # fmt: skip
    return replace(new, leaving=leaving, due_on=act.due_on, provisional=act.provisional)


def _confirmed(at: Standing, new: Standing, _act: Act) -> Standing:
    return replace(new, leaving=None, merged_into=at.leaving["into"] if at.leaving else None)


def _kept(at: Standing, new: Standing, _act: Act) -> Standing:
    """The step goes on as it stood."""
    assert at.leaving
    due_on = at.leaving["due_on"]
    new = replace(new, leaving=None, provisional=at.leaving["provisional"])
    return replace(new, due_on=date.fromisoformat(due_on) if due_on else None)


CHANGES = {
    A.OPEN: _touched, A.TAKE_OVER: _taken_over, A.ADVANCE: _advanced, A.POST_NOTICE: _posted,
    A.OBJECT: _objected, A.ANSWER_OBJECTION: _answered,
    A.REJECT: _rejected, A.APPEAL: _begun_again,
    A.GREEN_CHANNEL: lambda _at, new, _act: replace(new, green=True), A.PROPOSE_ELIMINATION: _begun_again,
    A.ROLL_BACK: lambda _at, new, _act: replace(new, hands=(), carried_out={}, expense_solved=None),
    A.RE_MARK: _begun_again, A.KEEP: _kept, **dict.fromkeys(LEAVING, _proposed), **dict.fromkeys(CONFIRMED, _confirmed),
}  # fmt: skip
