"""检查对话: names every fault of a dialog in words that a county officer understands."""

from collections.abc import Iterator

from field.messaging.dialogs.events import FACT_EVENTS
from field.messaging.dialogs.lengths import MOST_UNITS, shared, sizes
from field.messaging.dialogs.saying import SLOT, VOCABULARIES
from field.messaging.dialogs.shapes import SIGNATURE, Answer, Dialog, Step, Wording, Words

KNOWN_FLAGS = frozenset({"bound", "several", "known", "unclear_place", "many_places", "sms", "wechat", "web"})
COMMANDS = frozenset({"back", "help", "stop", "restart", "progress", "again"})
MORE_COMMANDS = frozenset({"person"})  # which a county's own older file does not have
STORES = {  # how many names a kind of answer needs to store what it hears
    Answer.CHOICES: 2, Answer.TEXT: 1, Answer.AMOUNT: 1, Answer.SINCE: 1, Answer.SINCE_AMOUNT: 2, Answer.PHOTOS: 1,
    Answer.PLACE: 1, Answer.IDENTITY: 1, Answer.PERSON: 1, Answer.UNDERSTOOD: 1,
}  # fmt: skip
CHOOSING = (Answer.CHOICE, Answer.CHOICES)
ITS_OWN = {  # outcomes that a kind of answer has besides its options
    Answer.CONFIRM: {"yes", "no"}, Answer.CODE: {"given", "none"}, Answer.PERSON: {"none"},
    Answer.UNDERSTOOD: {"not_me", "for_people"},
}  # fmt: skip
Edge = tuple[str, str, str]


def faults(dialog: Dialog, signature: str = SIGNATURE) -> list[str]:
    """Every fault, `where: what`; nothing of what follows from a fault that was named."""
    named = list(_names(dialog))
    if named:
        return named
    return [*_steps(dialog), *_wordings(dialog, signature), *_ways(dialog)]


def shared_faults(words: Words, signature: str = SIGNATURE) -> list[str]:
    """Every fault of the words that all dialogs share."""
    found = [f"commands.{name}: 没有写这一项" for name in sorted(COMMANDS - set(words.commands))]
    found += [f"commands.{name}: 不认识的口令" for name in sorted(set(words.commands) - COMMANDS - MORE_COMMANDS)]
    for size in shared(words, signature):
        found += [f"{size.where}: 没有叫“{slot}”的变量" for slot in size.variables if slot not in words.variables]
        if size.units > MOST_UNITS:
            found.append(f"{size.where}: 短信连签名最多{size.units}字,超过{MOST_UNITS}字")
    return found


def _names(dialog: Dialog) -> Iterator[str]:
    """每个去处都要有这一步."""
    asks = dialog.first or not all(step.aside for step in dialog.steps.values())  # else it only tells something
    if asks and dialog.first not in dialog.steps:
        yield f"first: 没有叫“{dialog.first}”的步骤"
    elif asks and dialog.steps[dialog.first].is_end:
        yield f"first: “{dialog.first}”没有问题可答,不能是第一步"
    for name, step in dialog.steps.items():
        for where, target in {
            **{f"next.{k}": v for k, v in step.next.items()},
            "lost": step.lost,
            "retells": step.retells,
            "overhears": step.overhears,
            "corrects": step.corrects,
        }.items():
            if target and target not in dialog.steps:
                yield f"steps.{name}.{where}: 没有叫“{target}”的步骤"


def _steps(dialog: Dialog) -> Iterator[str]:
    for name, step in dialog.steps.items():
        for fault in _step(dialog, step):
            yield f"steps.{name}.{fault}"
    if any("notice" in step.stores for step in dialog.steps.values()) and not dialog.notice:
        yield "notice: 有告知这一步,就要写告知书的版本"


def _step(dialog: Dialog, step: Step) -> Iterator[str]:
    for flag in [*step.when, *(flag for option in step.options for flag in option.when)]:
        if flag.removeprefix("!") not in KNOWN_FLAGS | set(dialog.flags):
            yield f"when: 不认识的条件“{flag}”"
    if len(step.stores) < STORES.get(step.answer, 0):
        yield f"stores: 这种回答要记 {STORES[step.answer]} 项"
    if step.answer is Answer.NONE and (step.lost or step.retells or step.options):
        yield "answer: 没有写要什么回答,却写了听不懂或选项"
    if step.answer is not Answer.NONE and not step.next:
        yield "next: 问了话,却没写下一步"
    if (step.when or step.stores) and not step.is_end and "else" not in step.next:
        yield "next: 这一步可能跳过,要写 else 去哪"
    if step.retells and dialog.steps[step.retells].answer is not Answer.UNDERSTOOD:
        yield f"retells: “{step.retells}”不是听人直说的一步"
    if step.overhears and dialog.steps[step.overhears].answer is not Answer.CHOICES:
        yield f"overhears: “{step.overhears}”不是可以直说的选择题"
    yield from _options(step)


def _options(step: Step) -> Iterator[str]:
    codes = [option.code for option in step.options]
    if step.answer in CHOOSING and not codes:
        yield "options: 没有写可选的答案"
    words = [word for option in step.options for word in option.words]
    for word in sorted({word for word in words if words.count(word) > 1}):
        yield f"options: “{word}”写在了两个答案里"
    if step.vocabulary and step.vocabulary not in VOCABULARIES:
        yield f"vocabulary: 没有叫“{step.vocabulary}”的词汇"
    elif step.vocabulary:
        known = VOCABULARIES[step.vocabulary].labels()
        for code in codes:
            if code not in known:
                yield f"options: {step.vocabulary} 里没有“{code}”"
    if step.otherwise and step.otherwise not in codes:
        yield f"otherwise: 没有叫“{step.otherwise}”的答案"
    outcomes = {*codes, *ITS_OWN.get(step.answer, ()), *(["cancel"] if step.cancels else []), "else"}
    if step.cancels and "cancel" not in step.next:
        yield "next: 写了不办了怎么说，却没写 cancel 去哪"
    for outcome in step.next:
        if outcome not in outcomes:
            yield f"next.{outcome}: 没有这种回答"
    if step.answer is not Answer.NONE and "else" not in step.next:
        certain = outcomes - {"else"} if step.answer in (Answer.CHOICE, *ITS_OWN) else {"else"}
        for outcome in sorted(certain - set(step.next)):
            yield f"next: 没写回答“{outcome}”以后去哪"


def _wordings(dialog: Dialog, signature: str) -> Iterator[str]:
    for where, wording in wordings(dialog):
        for text in (wording.sms, wording.wechat, wording.web):
            for slot in SLOT.findall(text):
                if slot not in dialog.words.variables:
                    yield f"{where}: 没有叫“{slot}”的变量"
    for size in sizes(dialog, signature):
        if size.units > MOST_UNITS:
            yield f"{size.where}: 短信连签名最多{size.units}字,超过{MOST_UNITS}字"


def wordings(dialog: Dialog) -> Iterator[tuple[str, Wording]]:
    """Every wording of a dialog with its place in the file."""
    for name, step in dialog.steps.items():
        yield f"steps.{name}.says", step.says
        if step.again:
            yield f"steps.{name}.again", step.again
        for hint, wording in step.hints.items():
            yield f"steps.{name}.hints.{hint}", wording


def _ways(dialog: Dialog) -> Iterator[str]:
    """怎么走得通: no circle of steps passed over, no step that nobody reaches, no fact without a yes before it."""
    circles = [name for name in dialog.steps if _circles(dialog, name)]
    if circles:
        yield f"steps.{circles[0]}.next: 跳过以后又转回来了"
        return
    edges = list(_edges(dialog))
    reached = {target for _, _, target in edges}
    for name, step in dialog.steps.items():
        if name not in reached and not step.aside:
            yield f"steps.{name}: 没有哪一步会走到这里"
        if step.event in FACT_EVENTS:
            for origin, outcome, _ in (edge for edge in edges if edge[2] == name):
                if outcome != "yes" or dialog.steps[origin].answer is not Answer.CONFIRM:
                    yield f"steps.{name}: 从“{origin}”没有确认(confirm 的 yes)就走到了这里"


def _circles(dialog: Dialog, name: str) -> bool:
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        name = dialog.steps[name].after("") if _passable(dialog.steps[name]) else ""
    return bool(name)


def _passable(step: Step) -> bool:
    return not step.is_end and bool(step.when or step.stores or step.answer is Answer.NONE)


def _edges(dialog: Dialog) -> Iterator[Edge]:
    """Every way from a step to a step, with the answer that leads there, through all that may be passed over."""
    yield from (("", "begin", target) for target in _through(dialog, dialog.first))
    for name, step in dialog.steps.items():
        ways = dict(step.next) | ({"lost": step.lost} if step.lost else {})
        for outcome, target in ways.items():
            yield from ((name, outcome, reached) for reached in _through(dialog, target))


def _through(dialog: Dialog, name: str) -> Iterator[str]:
    while name:
        yield name
        name = dialog.steps[name].after("") if _passable(dialog.steps[name]) else ""
