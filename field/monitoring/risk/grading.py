"""定级: the rules of a pack as SQL over figures, in the logic of three values: what is not known may still be."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from field.codes import Grade
from field.monitoring.policy.risk_shapes import FIGURES, RANKS, Beside, Rule
from field.monitoring.policy.shapes import Pack
from field.monitoring.risk.figures import figures, number
from field.monitoring.risk.sections import SECTIONS, Scope, materialized, until
from field.orm import UtcDateTime

SEQS = tuple(f"{name}_seq" for name in SECTIONS)
KEPT = ("persons", "income", "income_before", "line", "rigid", *FIGURES, *SEQS)
FACTS = (*SECTIONS, "labour", "health")
DEDUCTED = ("income_per_head", "income_of_line")
CAME_IN = ("declared", "out_of_touch", "sudden")
NOTHING, COMMA = literal_column("''", Text), literal_column("','", Text)


def graded(pack: Pack, line: int, scope: Scope) -> Select[Any]:
    """One row a household: its grade, since when, the rules that fired, their figures, and what is missing."""
    ranks = _ranks(pack, figures(pack, line, scope))
    c, rules = ranks.c, pack.risk.rule
    return select(
        c.id.label("household_id"),
        case({rank: literal_column(f"'{grade.value}'") for grade, rank in RANKS.items()}, value=c.top,
             else_=literal_column(f"'{Grade.NONE.value}'")).label("grade"),
        _since(pack, c).label("since"),
        _joined("{", [_fired(c, place, rule) for place, rule in enumerate(rules)], "}").label("fired"),
        _joined("{", list(_figures(c)), "}").label("figures"),
        _joined("[", [_missing(pack, c, fact) for fact in FACTS], "]").label("missing"),
    )  # fmt: skip


def needs(pack: Pack, rule: Rule) -> set[str]:
    """The facts that a rule stands on; where expenses are deducted from income, those too."""
    deducted = pack.income.deduct and any(one in DEDUCTED for one in (rule.figure, *(b.figure for b in rule.beside)))
    return rule.needs | ({"expenses"} if deducted else set())


def _ranks(pack: Pack, found: CTE) -> CTE:
    """Each rule's rank, and the rank that it could have if what is not known were at its worst."""
    columns = []
    for place, rule in enumerate(pack.risk.rule):
        steps = list(_steps(found.c, rule))
        columns.append(case(*steps, else_=0).label(f"r{place}"))
        could = [(func.coalesce(condition, true()), rank) for condition, rank in steps]
        columns.append(case(*could, else_=0).label(f"c{place}"))
    each = materialized(select(*found.c, *columns), "ranked")
    several = [each.c[f"r{place}"] for place in range(len(pack.risk.rule))]
    top = case(*((or_(*(one == rank for one in several)), rank) for rank in (3, 2, 1)), else_=0)
    return materialized(select(*each.c, top.label("top")), "topped")


def _steps(c: Any, rule: Rule) -> Iterator[tuple[ColumnElement[bool], int]]:
    """(condition, rank) of a rule, the worst first."""
    others = [_reached(c, one) for one in rule.beside]
    if rule.who != "all":
        others.append(c.formerly_poor if rule.who == "formerly_poor" else ~c.formerly_poor)
    for grade, rank in sorted(RANKS.items(), key=lambda pair: -pair[1]):
        if (threshold := rule.steps.get(grade.value)) is not None:
            limit = number(threshold * FIGURES[rule.figure].scale)
            figure = c[rule.figure]
            yield and_(figure < limit if rule.below else figure >= limit, *others), rank


def _reached(c: Any, one: Beside) -> ColumnElement[bool]:
    figure, scale = c[one.figure], FIGURES[one.figure].scale
    condition: ColumnElement[bool] = (
        figure < number(one.below * scale) if one.below is not None else figure >= number((one.at_least or 0) * scale)
    )
    return condition


class Least(FunctionElement[Any]):
    """The least of several values, none of them null."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(Least)
def _least(element: Least, compiler: Any, **options: Any) -> str:
    return f"least({compiler.process(element.clauses, **options)})"


@compiles(Least, "sqlite")
def _least_of_sqlite(element: Least, compiler: Any, **options: Any) -> str:
    return f"min({compiler.process(element.clauses, **options)})"


def _since(pack: Pack, c: Any) -> ColumnElement[Any]:
    """When the first of the facts was seen that the highest rules stand on; null where they stand on none."""
    seen = []
    for fact in (*SECTIONS, ""):
        stands = [c[f"r{place}"] == c.top for place, rule in enumerate(pack.risk.rule) if _stands(pack, rule, fact)]
        at = c[f"{fact}_at"] if fact else c.lead_at
        seen += [case((and_(c.top > 0, or_(*stands), at.is_not(None)), at), else_=until)] if stands else []
    return func.nullif(Least(*seen), until, type_=UtcDateTime())


def _stands(pack: Pack, rule: Rule, fact: str) -> bool:
    """Whether a rule stands on a section, or ("") on what came in."""
    return fact in needs(pack, rule) if fact else rule.figure in CAME_IN


def _fired(c: Any, place: int, rule: Rule) -> ColumnElement[str]:
    rank = c[f"r{place}"]
    words = {n: literal_column(f'\'"{rule.code}":"{grade.value}",\'', Text) for grade, n in RANKS.items()}
    return case(words, value=rank, else_=NOTHING)


def _figures(c: Any) -> Iterator[ColumnElement[str]]:
    """Each figure that is known, and the entries and the period that it is from."""
    for name in KEPT:
        known = literal_column(f"'\"{name}\":'", Text) + cast(c[name], Text) + COMMA
        yield case((c[name].is_not(None), known), else_=NOTHING)
    for name in ("period_from", "period_to"):
        text = literal_column(f'\'"{name}":"\'', Text) + cast(c[name], Text) + literal_column("'\",'", Text)
        yield case((c.income_seq.is_not(None), text), else_=NOTHING)


def _missing(pack: Pack, c: Any, fact: str) -> ColumnElement[str]:
    """The fact, where it is not known and would change the grade if it were at its worst."""
    several = [place for place, rule in enumerate(pack.risk.rule) if fact in needs(pack, rule)]
    higher = or_(*(c[f"c{place}"] > c.top for place in several)) if several else false()
    return case((and_(c[f"{fact}_seq"].is_(None), higher), literal_column(f"'\"{fact}\",'", Text)), else_=NOTHING)


def _joined(begin: str, parts: Sequence[ColumnElement[str]], end: str) -> ColumnElement[str]:
    """The text of a JSON object or list, whose parts each end with a comma or are empty."""
    inside = func.rtrim(reduce(add, parts), ",")
    return literal_column(f"'{begin}'", Text) + cast(inside, Text) + literal_column(f"'{end}'", Text)
