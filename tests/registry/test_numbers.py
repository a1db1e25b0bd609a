"""Ids that are made from other ids: ledgers hold them, so that they must never come out otherwise."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from field.registry.numbers import derived_id

SOURCE = "019aa000-1234-7abc-8def-0123456789ab"


def test_an_id_made_from_another_is_what_it_has_always_been() -> None:
    assert derived_id(SOURCE, "abc") == "019aa000-1234-70c0-b2dc-8a50876d9ebe"
    assert derived_id(SOURCE, 1, 2) == "019aa000-1234-7285-a544-ff89e1808f29"


@given(source=st.uuids(), parts=st.lists(st.text() | st.integers(), max_size=3))
def test_it_is_a_uuid_of_version_7_and_keeps_the_time_of_its_source(source: UUID, parts: list[str | int]) -> None:
    made = derived_id(str(source), *parts)
    assert str(UUID(made)) == made
    assert (made[14], made[19] in "89ab") == ("7", True)
    assert made[:13] == str(source)[:13]
    assert made == derived_id(str(source), *parts) != derived_id(str(source), *parts, "more")
