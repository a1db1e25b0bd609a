"""核验结果: what may be found wrong with the ledger, in words for a person and codes for a machine."""

from dataclasses import asdict, dataclass
from typing import Any

from field.labels import Labelled


class Fault(Labelled):
    """What is wrong with an entry, or with the log of all entries."""

    UNREADABLE = "unreadable", "内容读不出"
    GAP = "gap", "条目缺失"
    FORK = "fork", "分叉：同一位置不止一条"
    LINK = "link", "与前一条接不上"
    CONTENT = "content", "内容被改动"
    SECRET = "secret", "个人信息打不开或被改动"
    HEAD = "head", "链头与条目不符"
    UNLOGGED = "unlogged", "已封存的条目不见了"
    REPLACED = "replaced", "条目与封存时不同"
    LOG = "log", "封存记录损坏"
    CHECKPOINT = "checkpoint", "封存单不可信"
    KEPT = "kept", "另存的封存单不可信"
    ROLLED_BACK = "rolled_back", "台账比另存的封存单旧，被退回或截尾"
    REWRITTEN = "rewritten", "封存过的内容与另存的封存单不符"
    PACKAGE = "package", "数据包里的文件不全或被改动"
    PROOF = "proof", "条目与封存单不符"


@dataclass(frozen=True)
class Broken:
    """The first broken place: chain and seq where one entry can be named."""

    fault: Fault
    chain: str | None = None
    seq: int | None = None
    detail: str = ""

    @property
    def words(self) -> str:
        """What is wrong, in Chinese."""
        return f"{self.fault.label}（{self.detail}）" if self.detail else self.fault.label

    @property
    def told(self) -> str:
        """The same with its place, where one entry can be named."""
        return f"{self.chain} 第 {self.seq} 条：{self.words}" if self.chain else self.words

    def as_json(self) -> dict[str, Any]:
        """Plain values for a machine."""
        return {"chain": self.chain, "seq": self.seq, "code": self.fault.value, "what": self.words}


@dataclass(frozen=True)
class Report:
    """核验报告: how much was read, how much of it lies under the newest checkpoint, and what broke first.

    `emptied` counts entries without the personal values beside them: lawfully deleted, or taken away by somebody.
    """

    entries: int
    chains: int
    logged: int
    checkpoints: int
    broken: Broken | None
    emptied: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong."""
        return self.broken is None

    def as_json(self) -> dict[str, Any]:
        """Plain values for a machine."""
        return {**asdict(self), "sound": self.sound, "broken": self.broken and self.broken.as_json()}
