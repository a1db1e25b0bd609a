"""导出: asked for by a person, written by the worker, kept sealed for some days, then removed."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.codes import ExportFormat, Grade, JobKind, JobState, Kind, RiskFactor
from field.jobs.ordered import orderer
from field.jobs.package import pack
from field.labels import Word
from field.ledger.checkpoints import newest, take
from field.ledger.note import Signer
from field.media.vault import Vault
from field.monitoring.household_file import Sought
from field.monitoring.policy.shelf import pack_on
from field.monitoring.sheets.export_choice import remember
from field.monitoring.sheets.export_columns import CATALOGUE, NATIONAL, Column, ordered
from field.monitoring.sheets.export_rows import Chosen, Rows
from field.monitoring.sheets.export_writers import TooManyRows, write
from field.monitoring.sheets.filling_sheet import Sheets
from field.monitoring.traces import Look, leave_trace
from field.monitoring.workdays import SHANGHAI, china_day
from field.registry import regions
from field.registry.filling_excel import write_filling
from field.registry.filling_reading import MOST
from field.registry.rights import Actor, NotAllowed, Right
from field.registry.staff import Staff
from field.sentences import Sentence, Series
from field.work import OPEN, OVER, Assignment, GiveUp, Job, LeaseLost, enqueue

PIECE = 1024 * 1024
PACKED = 200  # households of a package that are in memory at once
OF_THEN_NOTE = Word("村、人口、类别、识别时间、预警等级和主要风险点是这一天的，其余各列是导出时的")
NATIONAL_NOTE = Word(
    "这一版式按公开的县级数据表（2023 年）排列，是我们自己的读法，不是全国防返贫监测系统的官方模板；"
    "平台没有的项目没有列。录入前请逐项核对。"
)
KINDS = {"any": Word("监测户"), "none": Word("未纳入监测"), **Kind.labels()}
GRADES = {"any": Word("有预警的"), **Grade.labels()}


class Busy(Exception):
    """上一次还没做完: one export of a person at a time."""


@dataclass(frozen=True)
class Wanted:
    """要导出什么: households, columns, kind of file, and why, where a number is not masked.

    A package has no columns; it may be of one household alone, and `personal` puts whole values and photographs in.
    """

    sought: Sought
    columns: tuple[str, ...]
    format: ExportFormat
    reason: str = ""
    household: str | None = None
    personal: bool = False

    @property
    def full(self) -> bool:
        """Whether numbers stand there whole."""
        return self.personal or any(CATALOGUE[key].full for key in self.columns)


def ask_for_export(session: Session, wanted: Wanted, by: Actor, now: datetime) -> str:
    """Put an export on the table and leave its trace; the job's id. NotAllowed without the rights, Busy too early."""
    region = wanted.sought.region or by.region
    if not allowed(by, region, wanted):
        raise NotAllowed
    session.execute(select(Staff.id).where(Staff.id == by.staff_id).with_for_update())
    mine = select(Job.id).where(Job.kind == JobKind.EXPORT.value, Job.staff_id == by.staff_id, Job.state.in_(OPEN))
    if session.scalar(mine.limit(1)):
        raise Busy
    if wanted.columns:
        remember(session, by.staff_id, wanted.columns, wanted.format)
    sought = asdict(wanted.sought) | {"region": region, "on": wanted.sought.on and wanted.sought.on.isoformat()}
    payload = asdict(wanted) | {"sought": sought, "signed": by.username}
    job = enqueue(session, JobKind.EXPORT, payload, now, staff_id=by.staff_id, region=region)
    leave_trace(session, by, Look.EXPORT_FULL if wanted.full else Look.EXPORT, job, now, wanted.reason or None)
    return job


def wanted_of(payload: Mapping[str, Any]) -> Wanted:
    """What a job was asked for."""
    said = {name: value for name, value in payload.items() if name != "signed"}
    sought = payload["sought"]
    on = date.fromisoformat(sought["on"]) if sought.get("on") else None
    said |= {"sought": Sought(**sought | {"on": on}), "format": ExportFormat(payload["format"])}
    return Wanted(**{**said, "columns": tuple(payload["columns"])})


def work(
    task: Assignment, vault: Vault, folder: Path, reading: Callable[[], Session], signer: Signer
) -> dict[str, Any]:
    """What the worker does: one moment of the ledger into one file, which lies unsealed in `folder` only meanwhile."""
    wanted = wanted_of(task.payload)
    if wanted.format is ExportFormat.PACKAGE:
        _seal(task, signer)
    place = folder / f"{task.id}-{task.worker}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        file = place / "export"
        with reading() as session:
            by = orderer(session, task, lambda one: allowed(one, wanted.sought.region or "", wanted))
            if wanted.format is ExportFormat.PACKAGE:
                count = _pack(session, task, wanted, by, file, vault, signer)
            elif wanted.format is ExportFormat.FILLING:
                count = _fill(session, task, wanted, by, file)
            else:
                count = _write(session, task, wanted, by, file)
        return {"rows": count, "bytes": file.stat().st_size, "pieces": _keep(task, vault, file)}
    except TooManyRows:
        raise GiveUp(Word("超过 Excel 一张表能放的行数，请缩小范围，或者改用 CSV")) from None
    except LeaseLost:
        raise
    except BaseException:
        remove(vault, task.id)
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


def pieces(vault: Vault, job_id: str, count: int) -> Iterator[bytes]:
    """The file of a job that is done, piece by piece."""
    for number in range(count):
        yield vault.get(job_id, _piece(number))


def expire(session: Session, vault: Vault, now: datetime) -> int:
    """到期删除: files that were kept as long as the policy says are gone for good; how many. The caller commits."""
    kept = timedelta(days=pack_on(china_day(now)).exports.kept_days)
    old = Job.kind == JobKind.EXPORT.value, Job.state.in_(OVER), Job.finished_at < now - kept
    several = list(session.scalars(select(Job).where(*old).limit(100)))
    for job in several:
        remove(vault, job.id)
        job.state = JobState.EXPIRED.value
    return len(several)


def clear(folder: Path, now: datetime) -> None:
    """Remove what a worker that died left unsealed."""
    for place in folder.glob("*-*"):
        with contextlib.suppress(FileNotFoundError):
            if place.stat().st_mtime < (now - timedelta(hours=1)).timestamp():
                shutil.rmtree(place, ignore_errors=True)


def remove(vault: Vault, job_id: str) -> None:
    """Delete every piece of a file; none is left where there was none."""
    number = 0
    while vault.has(job_id, _piece(number)):
        vault.delete(job_id, _piece(number))
        number += 1


def told(wanted: Wanted, names: Mapping[str, str]) -> str:
    """The filter in words, each in the reader's language."""
    sought = wanted.sought
    parts: list[tuple[Word, object]] = [
        (Word("地区"), names.get(sought.region or "", sought.region)), (Word("类别"), KINDS.get(sought.kind or "")),
        (Word("预警等级"), GRADES.get(sought.grade or "")), (Word("主要风险点"), RiskFactor.label_of(sought.risk)),
        (Word("查找"), sought.q), (Word("来自"), sought.among and Word("总览上的一个数")), (Word("截至"), sought.on),
    ]  # fmt: skip
    return Series((Sentence("{name} {words}", name=name, words=words) for name, words in parts if words), "；")


def allowed(by: Actor, region: str, wanted: Wanted) -> bool:
    """The right over the region, and over whole numbers where there are some."""
    return by.may(Right.EXPORT_HOUSEHOLDS, region) and (not wanted.full or by.may(Right.EXPORT_NUMBERS, region))


def _write(session: Session, task: Assignment, wanted: Wanted, by: Actor, file: Path) -> int:
    columns = ordered(wanted.columns)
    rows = Rows(session, by, wanted.sought, columns)
    task.advance(0, rows.total)

    def lines() -> Iterator[list[Any]]:
        for done, several in rows.batches():
            yield from several
            task.advance(done)

    return write(wanted.format, file, _about(session, task, wanted, by, columns), columns, lines())


def _fill(session: Session, task: Assignment, wanted: Wanted, by: Actor, file: Path) -> int:
    """填报表: to be filled in and sent back; GiveUp where it would not be taken back, for its length."""
    sheets = Sheets(session, by, wanted.sought)
    task.advance(0, sheets.total)

    def batches() -> Iterator[tuple[list[Any], list[Any]]]:
        rows = 0
        for done, homes, persons in sheets.batches():
            if (rows := rows + len(homes) + len(persons)) > MOST:
                raise GiveUp(Sentence("一份填报表最多 {most} 行，请缩小范围再导出", most=MOST))
            yield homes, persons
            task.advance(done)

    return write_filling(file, batches(), _about(session, task, wanted, by, ()))


def _seal(task: Assignment, signer: Signer) -> None:
    """Every entry of the package is under its checkpoint."""
    with task.begin() as session:
        take(session, signer, task.clock())
        session.commit()


def _pack(
    session: Session, task: Assignment, wanted: Wanted, by: Actor, file: Path, vault: Vault, signer: Signer
) -> int:
    chosen = Chosen(session, by, wanted.sought, wanted.household)
    task.advance(0, chosen.total)
    about, batches = _about(session, task, wanted, by, ()), chosen.households(PACKED)
    return pack(session, vault, signer, batches, file, about, personal=wanted.personal, advance=task.advance)


def _about(session: Session, task: Assignment, wanted: Wanted, by: Actor, columns: Sequence[Column]) -> dict[str, str]:
    """What the file says of itself."""
    checkpoint = newest(session)
    names = regions.names(session, {wanted.sought.region or ""})
    about = {
        "内容": "田野 · 防止返贫动态监测 农户导出",
        "打印时间": task.clock().astimezone(SHANGHAI).strftime("%Y年%m月%d日 %H:%M"),
        "条件": told(wanted, names), "导出人": f"{by.name}（{by.username}）",
        "台账封存": f"{checkpoint.size} 条 {checkpoint.root[:16]}" if checkpoint else "还没有封存",
    }  # fmt: skip
    about |= {"原因": wanted.reason} if wanted.reason else {}
    about |= {"说明": OF_THEN_NOTE} if wanted.sought.on and columns else {}
    about |= {"注意": "含完整的个人号码，只用于写明的原因，用完请删除"} if wanted.full else {}
    return about | ({"版式": NATIONAL_NOTE} if {one.key for one in columns} == set(NATIONAL) else {})


def _keep(task: Assignment, vault: Vault, file: Path) -> int:
    """Seal the file piece by piece, in memory that does not grow; how many pieces."""
    number = 0
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            vault.replace(task.id, piece, _piece(number))
            number += 1
    return number


def _piece(number: int) -> str:
    return f"export-{number}"
