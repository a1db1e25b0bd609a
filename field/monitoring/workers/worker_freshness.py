"""新鲜程度: how old what is known of a monitored household's workers had become, by the half-lives of the pack."""

from datetime import UTC, datetime

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, func, literal, select

from field.monitoring.board.standings import HouseholdStanding, stands
from field.monitoring.board.until import Moments
from field.monitoring.workers.worker_standings import ASKED, WorkerStanding
from field.orm import UtcDateTime

NEVER = literal(datetime(1970, 1, 1, tzinfo=UTC), UtcDateTime())
FRESH, AGEING, STALE = "fresh", "ageing", "stale"
STATES = (FRESH, AGEING, STALE)
WORKERS = "workers"
FRESHNESS = (WORKERS, *(f"{name}_{state}" for name in ASKED for state in STATES))


def freshness(until: Moments) -> list[Select[str, str]]:
    """Each household with workers, and of each fact whether the oldest is younger than a half-life, than two, or old.

    What was never told is old. A household is told by the one of its workers of whom the least is certain.
    """
    homes = oldest(until)
    told = states(homes, until).items()
    return [select(literal(name, String()).label("name"), homes.c.id).where(which) for name, which in told]


def states(homes: CTE, until: Moments) -> dict[str, ColumnElement[bool]]:
    """When a household of `oldest` counts for each number."""
    found: dict[str, ColumnElement[bool]] = {WORKERS: homes.c[ASKED[0]].is_not(None)}
    for name in ASKED:
        seen, fresh, ageing = homes.c[name], until.known_since(name, 1), until.known_since(name, 2)
        found[f"{name}_{FRESH}"] = seen >= fresh
        found[f"{name}_{AGEING}"] = and_(seen >= ageing, seen < fresh)
        found[f"{name}_{STALE}"] = seen < ageing
    return found


def oldest(until: Moments) -> CTE:
    """Each monitored household, and when each fact was last seen of that one of its workers of whom it is oldest."""
    one, home = WorkerStanding, HouseholdStanding
    known = [(name, case((one.seq.is_not(None), func.coalesce(getattr(one, f"{name}_at"), NEVER)))) for name in ASKED]
    rows = select(home.household_id.label("id"), *(func.min(seen).label(name) for name, seen in known))
    then = one.household_id == home.household_id, one.recorded_at < until.ends, one.until >= until.ends
    return rows.outerjoin(one, and_(*then)).where(*stands(until.ends)).group_by(home.household_id).cte("homes")
