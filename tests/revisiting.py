"""Consents and revisits for tests, as a phone sends them, and households to which they belong."""

import copy
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from uuid6 import uuid7

from field import clock
from tests.county import County, moment
from tests.monitoring.casework import RICH, listed, to_eliminated, visited

CASES = json.loads(Path(__file__).with_name("revisit_cases.json").read_text(encoding="utf-8"))


def consents(*people: str, how: str = "drawn", **changes: Any) -> dict[str, Any]:
    """Consents of some people, each drawn on the phone unless said otherwise, with digests of nothing yet."""
    digests = [f"{place + 1:x}".rjust(64, "0") for place in range(len(people))]
    drawn = [{"sha256": one, "kind": "signature", "person_id": who} for one, who in zip(digests, people, strict=True)]
    writer = {"written_by": {"name": "王会计"}} if how == "fingerprint" else {}
    said: dict[str, Any] = {
        "id": str(uuid7()), "text": "2026-1", "signed_at": moment(clock.now()),
        "consents": [{"person_id": who, "how": how, **writer} for who in people],
        "evidence": drawn if how == "drawn" else [{"sha256": digests[0], "kind": "consent"}],
    }  # fmt: skip
    return said | changes


def revisit(household_id: str, now: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """A faultless revisit, made now."""
    now = now or clock.now()
    said: dict[str, Any] = copy.deepcopy(CASES["base"]) | {"id": str(uuid7()), "household_id": household_id}
    said["revisited_at"] = said["location"]["fix_at"] = moment(now)
    return said | changes


def eliminated(county: County, village: str, when: datetime, by: str = "cadre") -> str:
    """The village's household with its risk eliminated a week after a moment; its case."""
    case_id = listed(county, village, "county", when)
    visited(county, village, by, when + timedelta(minutes=1), **RICH)
    to_eliminated(county, case_id, when + timedelta(minutes=2))
    return case_id
