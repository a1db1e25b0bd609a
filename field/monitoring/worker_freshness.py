"""新鲜程度: how old what is known of a monitored household's workers had become, by the half-lives of the pack."""

from datetime import UTC, datetime

from sqlalchemy import CTE, ColumnElement, Select, String, and_, func, literal, select

from field.monitoring.standings import HouseholdStanding, stands
from field.monitoring.until import Moments
from field.monitoring.worker_standings import ASKED, WorkerStanding
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
    found: dict[str, ColumnElement[bool]] = {WORKERS: homes.c.id.is_not(None)}
    for name in ASKED:
        seen, fresh, ageing = homes.c[name], until.known_since(name, 1), until.known_since(name, 2)
        found[f"{name}_{FRESH}"] = seen >= fresh
        found[f"{name}_{AGEING}"] = and_(seen >= ageing, seen < fresh)
        found[f"{name}_{STALE}"] = seen < ageing
    return found


def oldest(until: Moments) -> CTE:
    """Each monitored household with workers, and when each fact was last seen of the one of whom it is oldest."""
    one, home = WorkerStanding, HouseholdStanding
    seen = [func.min(func.coalesce(getattr(one, f"{name}_at"), NEVER)).label(name) for name in ASKED]
    rows = select(home.household_id.label("id"), *seen).join(one, one.household_id == home.household_id)
    then = one.recorded_at < until.ends, one.until >= until.ends, *stands(until.ends)
    return rows.where(*then).group_by(home.household_id).cte("homes")
