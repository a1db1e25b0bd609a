"""对话引擎: from a dialog, its state and what was heard to the next state, what is said and what happened; pure.

The state is plain JSON: dialog, version, step, answers, path (the steps asked before), exchanges, misses, expires_at,
and `pictured` where the last message was nothing but a photograph.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from field.messaging.dialogs.answers import Reading
from field.messaging.dialogs.options import denies, first_named, whole
from field.messaging.dialogs.run import MOST_EXCHANGES, Run, Senses, readable
from field.messaging.dialogs.saying import say, template
from field.messaging.dialogs.shapes import Answer, Dialog, Event, Happening, Heard, Say, Turn, bare, tidy
from field.messaging.understanding.questions import without_question

__all__ = ["Event", "Heard", "Say", "Senses", "Turn", "begin", "final", "go_on", "may_begin", "repeat", "tell", "which"]
State = Mapping[str, Any]


def begin(
    dialog: Dialog,
    context: Mapping[str, Any],
    now: datetime,
    heard: Heard | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Turn:
    """Begin, with what is known beforehand; the message that led here may say that it is for somebody else."""
    run = Run(dialog, context, now, {"answers": dict(answers or {}), "given": dict(answers or {})})
    if heard and (flag := dialog.flag(heard.text)):
        run.answers[flag] = True
        run.step, run.text = run.ahead(dialog.first), tidy(heard.text)
        run.overhear()
    run.arrive(dialog.first)
    return run.turn()


def go_on(
    dialog: Dialog,
    state: State,
    heard: Heard,
    context: Mapping[str, Any],
    now: datetime,
    senses: Senses,
) -> Turn:
    """Take one message: a command, or an answer to the step that waits; anything else is answered too."""
    kept = readable(dialog, state)
    run = Run(dialog, context, now, kept)
    run.hear(heard, tidy(heard.text), senses)
    command = dialog.words.command(heard.text)
    command = command if command in COMMANDS else None
    if command == "stop":
        _stop(run)
    elif kept is None or run.expired:
        _begin_again(run, "expired" if kept else "renewed", command)
    elif command:
        COMMANDS[command](run)
    else:
        _answer(run)
    if run.exchanges >= MOST_EXCHANGES and not run.closed:
        run.give_up()
    return run.turn()


def repeat(dialog: Dialog, state: State, context: Mapping[str, Any], now: datetime) -> tuple[Say, ...]:
    """Ask once more what waits, after something else was settled; nothing changes by it."""
    kept = readable(dialog, state)
    if kept is None:
        return ()
    run = Run(dialog, context, now, kept)
    run.ask()
    return run.turn().says


def final(dialog: Dialog, name: str, variables: Mapping[str, str] | None = None, channel: str = "sms") -> Say:
    """The last words of a dialog, once what happened is recorded: an end step's, or those that all dialogs share."""
    if name in dialog.steps:
        return say(dialog, template(dialog, name), dialog.steps[name].says, channel, variables or {})
    return tell(dialog, name, variables, channel)


def take_along(dialog: Dialog, state: State, text: str, context: Mapping[str, Any], now: datetime) -> State:
    """顺带记下: the state with what a message tells beside that to which something weightier is answered."""
    run = Run(dialog, context, now, state)
    if readable(dialog, state) is None:
        return state
    run.text = tidy(text)
    run.overhear()
    return {**state, "answers": run.answers}


def tell(dialog: Dialog, word: str, variables: Mapping[str, str] | None = None, channel: str = "sms") -> Say:
    """Words that all dialogs share, such as `greeting` for who began none."""
    return say(dialog, f"words.{word}", getattr(dialog.words.says, word), channel, variables or {})


def which(going_on: Sequence[str], text: str, dialogs: Sequence[Dialog]) -> str | None:
    """Whose message it is: an open dialog's or that of one to begin, `progress`, `stop` or `help`, or nobody's.

    A dialog begins over an open one of lower rank only; `progress` is answered beside whatever is open.
    """
    command = dialogs[0].words.command(text)
    if command == "progress":
        return command
    first = max((dialog for dialog in dialogs if dialog.name in going_on), key=lambda one: one.rank, default=None)
    if command in ("stop", "help"):
        return first.name if first else command
    wanted = next((one for one in dialogs if bare(text) in one.starts or one.flag(text)), None)
    if wanted and (first is None or wanted.rank > first.rank):
        return wanted.name
    return first.name if first else None


def tells_of(dialog: Dialog, text: str) -> bool:
    """Whether a text names, in words of two signs or more, what a dialog asks about: 我妈住院了."""
    steps = (dialog.steps[name] for name in dict.fromkeys(step.overhears for step in dialog.steps.values()) if name)
    return any(first_named(step, text) is not None for step in steps)


def calls_it_off(dialog: Dialog, text: str) -> bool:
    """Whether a text says, in words of two signs or more, that nothing of the dialog is wanted: 说错了，不报了."""
    words = {word for step in dialog.steps.values() for word in step.cancels}
    return any(word in text for word in words if len(word) > 1)


def may_begin(dialog: Dialog, going_on: Sequence[Dialog]) -> bool:
    """Whether nothing of the same or a higher rank is open: a check-in never interrupts a declaration."""
    return all(other.rank < dialog.rank for other in going_on)


def _stop(run: Run) -> None:
    run.close("stopped", Happening.STOPPED)


def _progress(run: Run) -> None:
    run.happened(Happening.PROGRESS)
    run.ask()


def _help(run: Run) -> None:
    run.tell("help")
    run.ask()


def _restart(run: Run) -> None:
    run.forget_all()
    run.arrive(run.dialog.first)


def _back(run: Run) -> None:
    """返回: to the step asked before, with what was answered there and here forgotten."""
    if not run.path:
        run.tell("first")
        run.ask()
        return
    for name in (run.step, run.path[-1]):
        run.forget(run.dialog.steps[name].stores)
    run.go_to(run.path.pop())


COMMANDS: dict[str, Callable[[Run], None]] = {
    "stop": _stop, "progress": _progress, "help": _help, "restart": _restart, "back": _back, "person": Run.give_up,
}  # fmt: skip


def _begin_again(run: Run, why: str, command: str | None) -> None:
    """Begin again politely: the step waited too long, or is no longer there; what else was asked for is told before."""
    if command == "progress":
        run.happened(Happening.PROGRESS)
    elif command == "help":
        run.tell("help")
    if why == "expired":
        run.happened(Happening.EXPIRED)
        run.exchanges = 1
    run.tell(why)
    _restart(run)
    if why == "expired" and command is None and run.asked.answer is Answer.UNDERSTOOD:
        _hear_late(run)


def _hear_late(run: Run) -> None:
    """晚到的话: news after its time is the first answer of the new talk, to be confirmed; a bare 1 is not."""
    reading = run.read(run.step)
    if reading and reading.said_more:
        run.says.clear()
        _accept(run, reading, run.step)


def _answer(run: Run) -> None:
    dialog, text = run.dialog, run.heard.text
    came = run.keep_photos()
    if flag := dialog.flag(text):
        run.answers[flag] = True
        run.overhear()
        run.follow(dialog.first)
    elif (
        (came or run.heard.photos or run.heard.place)
        and not run.text
        and run.asked.answer not in (Answer.PHOTOS, Answer.PLACE)
    ):
        run.tell("photo")
        run.ask()
    elif bare(text) in (run.senses.starts or dialog.starts) and not whole(run.asked, text):
        run.ask()  # a word that begins a dialog is no answer to a question of another
    elif dialog.passes_on and (beside := without_question(run.text)) is not None:
        _pass_on(run, beside)
    else:
        _understand(run)


def _pass_on(run: Run, beside: str) -> None:
    """问办事的人: 你们什么时候来 goes to people and is no wrong answer; what else was said may be the answer."""
    run.happened(Happening.ASKED_OFFICE)
    run.tell("passed_on")
    run.text = (without_question(run.text) or "") if run.overhear() else beside
    reading = run.read(run.step) if run.text else None
    if reading and not reading.hint and [run.asked.otherwise] not in reading.values.values():
        _accept(run, reading, run.step)
    else:
        run.ask()


def _understand(run: Run) -> None:
    noted = run.overhear()
    late = run.hear_who()
    reading = run.read(run.step)
    if late and (reading is None or [run.asked.otherwise] in reading.values.values()):
        run.ask()
        return
    corrected = reading is None and run.correct()
    if reading is None and (noted or corrected):
        (run.note if noted else run.ask)()
        return
    if reading is None and run.asked.retells:
        again = run.read(run.asked.retells)
        if again and (again.said_more or again.outcome):
            _accept(run, again, run.asked.retells)
            return
        if denies(run.text, run.dialog.words.replies.no):  # 不是，在那边: what was read back counts no more
            reading = Reading(outcome="no")
    if reading is None or reading.hint:
        _missed(run, reading)
    else:
        _accept(run, reading, run.step)


def _accept(run: Run, reading: Reading, name: str) -> None:
    """Store what was answered and go on; a yes counts only where nothing is unanswered."""
    step = run.dialog.steps[name]
    run.answers.update(reading.values)
    run.note_help(reading)
    if step.answer is Answer.CONFIRM and reading.outcome == "yes":
        open_ = run.ahead(run.dialog.first)
        if open_ != name:
            run.follow(open_)
            return
    run.forget(step.forgets.get(reading.outcome, []))
    run.follow(step.after(reading.outcome))


def _missed(run: Run, reading: Reading | None) -> None:
    """Not understood, or only in part: say how, and after some tries do without."""
    step = run.asked
    run.answers.update(reading.values if reading else {})
    run.misses = 0 if reading and reading.values else run.misses + 1
    if step.lost and run.misses >= step.tries:
        for name in step.stores:
            run.answers.setdefault(name, run.answers.get(f"{name}?"))
        run.follow(step.lost)
    else:
        run.hint(reading.hint if reading else "")
