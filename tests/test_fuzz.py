"""乱敲: the API under requests made from its own description, and under those that nobody would describe."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from field import clock, login
from field.db import db, transact
from field.ledger.verify import verify
from field.monitoring.rebuild import rebuild
from field.worker import signer
from tests.county import County
from tests.monitoring.casework import HOME
from tests.revisiting import eliminated, revisit
from tests.running import settings_of
from tests.test_gate import Ground

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
APART = {
    "post_access_logout",  # it would end the session under which the others are asked
    "post_visits_post_visit",  # its rules are richer than what the generator understands: test below
    "post_revisits_post_revisit",
}
ALWAYS_THE_SAME: dict[str, Any] = {
    "derandomize": True, "deadline": None, "database": None, "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}  # fmt: skip
EXAMPLES = {"cadre": 20, "county": 20, "medical": 4, "civil": 4, None: 3}


@pytest.fixture(autouse=True)
def _cheap_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "_nobody", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("nobody"))


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", EXAMPLES)
def test_the_api_answers_as_it_describes_itself_and_never_breaks(
    small_county: County, role: str | None, mode: GenerationMode
) -> None:
    real = Ground(small_county).of("420626107204")
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", small_county.app)
    small_county.client(role)
    headers = {"Accept-Encoding": "identity"}
    if role:
        headers["Authorization"] = f"Bearer {small_county.tokens[role]}"
    asked = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), "the description itself is sound"
        operation = found.ok()
        if operation.definition.raw["operationId"] not in APART:
            with suppress(Unsatisfiable):  # what takes nothing cannot be given anything wrong
                _fuzz(operation, mode, headers, real, EXAMPLES[role])
                asked.add(operation.label)
    assert len(asked) > (18 if mode is GenerationMode.POSITIVE else 12)


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from(["ok", "illness", "2026-11-20T02:30:00Z", "2026-02-30", "0" * 64, 2**63, -(10**400), 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.parametrize("path", ["/api/visits", "/api/revisits"])
def test_a_visit_with_anything_anywhere_is_taken_or_told_its_faults(small_county: County, path: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", small_county.app)
    operation = schema[path]["POST"]
    again = path == "/api/revisits"
    if again:
        eliminated(small_county, HOME, clock.now() - timedelta(days=50))
    small_county.client("cadre")
    headers = {"Accept-Encoding": "identity", "Authorization": f"Bearer {small_county.tokens['cadre']}"}
    seen = Counter[int]()

    @settings(max_examples=400, **ALWAYS_THE_SAME)
    @given(
        changes=st.lists(
            st.tuples(st.integers(0, 10**6), Json, st.sampled_from(["like", "like", "like", "set", "drop", "add"])),
            max_size=3,
        )
    )
    def send(changes: list[tuple[int, Any, str]]) -> None:
        evidence = [{"sha256": "0" * 64, "kind": "receipt", "amount": 5}]
        visit = revisit(small_county.households[HOME]) if again else small_county.visit()
        visit |= {"evidence": evidence}
        for place, value, how in changes:
            spots = list(_spots(visit))
            if spots:
                _change(*spots[place % len(spots)], value, how)
        case = operation.Case(body=visit, media_type="application/json")
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        seen[answer.status_code] += 1
        if answer.status_code == 422:
            assert all(fault["field"] and fault["message"] for fault in answer.json()["errors"])

    send()
    assert set(seen) <= {201, 403, 422}
    assert min(seen[201], seen[422]) > 20, seen
    with small_county.app.app_context():
        assert transact(rebuild).differing == ()
        assert verify(db.session(), signer(settings_of(small_county)).verifier).sound


def _spots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value at which something stands."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _spots(node[key])


def _change(node: Any, key: Any, value: Any, how: str) -> None:
    if how == "drop":
        del node[key]
    elif how == "add" and isinstance(node, dict):
        node[f"{key}x"] = value
    elif how != "like" or type(node[key]) is type(value):
        node[key] = value


def _fuzz(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    headers: dict[str, str],
    real: dict[str, Any],
    n: int,
) -> None:
    """Ask one operation n times, half of them about something that is there."""
    there = {"household_id": real["household"], "person_id": real["person"], "digest": real["digest"]}
    there["case_id"] = real["case"]

    @settings(max_examples=n, **ALWAYS_THE_SAME)
    @given(case=operation.as_strategy(mode), about=st.booleans())
    def ask(case: Any, about: bool) -> None:
        if about:
            case.path_parameters.update({name: there[name] for name in case.path_parameters if name in there})
        if about and isinstance(case.body, dict) and "household_id" in case.body:
            case.body["household_id"] = real["household"]
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    ask()
