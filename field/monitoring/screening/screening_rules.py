"""筛查线: which rows of a list are for us, by the departments' thresholds of the pack; pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from field.labels import Word
from field.monitoring.policy.shapes import Departments
from field.registry.screening import ScreeningReason
from field.sentences import Sentence

Said = Mapping[str, Any]
FEN = 100
SELF_PAID = Word("{department}报送{on}的{reason}，自付{amount}元")
COST = Word("{department}报送{on}的{reason}，费用{amount}元，自付多少没有写")
FEE = Word("{department}报送{on}的{reason}，费用{amount}元")


def below(said: Said, lines: Departments, formerly_poor: bool) -> bool:
    """不到筛查线: whether a bill or a fee is surely too small; a self-paid part that is not known may be the whole."""
    if said["reason"] == ScreeningReason.MEDICAL_COST:
        yuan = lines.inpatient_formerly_poor_yuan if formerly_poor else lines.inpatient_others_yuan
        borne: int = said.get("self_paid", said.get("amount", 0))
        return borne < yuan * FEN
    if said["reason"] == ScreeningReason.SCHOOLING_COST:
        return bool(said["amount"] <= lines.schooling_yuan * FEN)  # 超过, not 起
    return False


def below_for_all(said: Said, lines: Departments) -> bool:
    """The same, whoever it is."""
    return below(said, lines, formerly_poor=True) and below(said, lines, formerly_poor=False)


def why(department: str, said: Said) -> Sentence:
    """为什么: the department, its reason, the amount and the day, in words without a name."""
    reason, on = Word(ScreeningReason.label_of(said["reason"])), date.fromisoformat(said["issued_on"])
    if "self_paid" in said:
        return Sentence(SELF_PAID, department=department, reason=reason, amount=_yuan(said["self_paid"]), on=on)
    if "amount" not in said:
        return Sentence("{department}报送{on}的{reason}", department=department, reason=reason, on=on)
    words = COST if said["reason"] == ScreeningReason.MEDICAL_COST else FEE
    return Sentence(words, department=department, reason=reason, amount=_yuan(said["amount"]), on=on)


def _yuan(fen: int) -> str:
    return f"{fen / FEN:,.2f}"
