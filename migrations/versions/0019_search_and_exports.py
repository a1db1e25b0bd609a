"""words by which households are found, and what each person likes to export"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from field.registry.pinyin import typed
from field.registry.search_keys import keys_of

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BATCH = 2000


def upgrade() -> None:
    op.create_table(
        "search_key",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column(
            "key",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("household_id", "key", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    _fill()
    op.create_index(
        op.f("ix_search_key_key_region_household_id"), "search_key", ["key", "region", "household_id"], unique=False
    )
    op.create_table(
        "export_choice",
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_export_choice")),
    )


def downgrade() -> None:
    op.drop_table("export_choice")
    op.drop_table("search_key")


def _fill() -> None:
    """The words of the households that are here, batch by batch; what is written from now on brings its own."""
    last = ""
    households = sa.table("household", sa.column("id"), sa.column("region"), sa.column("number"))
    while True:
        wanted = sa.select(households).where(households.c.id > last).order_by(households.c.id).limit(BATCH)
        homes = op.get_bind().execute(wanted).all()
        if not homes:
            return
        last = homes[-1].id
        _fill_some({home.id: (home.region, home.number) for home in homes})


def _fill_some(homes: dict[str, tuple[str, str]]) -> None:
    people = sa.table("person", *(sa.column(name) for name in ("id", "household_id", "name", "merged_into")))
    kept = people.alias()
    own = sa.select(people.c.household_id, people.c.name)
    own = own.where(people.c.household_id.in_(list(homes)), people.c.merged_into.is_(None))
    merged = sa.select(kept.c.household_id, people.c.name).join(kept, kept.c.id == people.c.merged_into)
    keys: dict[str, set[str]] = defaultdict(set)
    for rows in (own, merged.where(kept.c.household_id.in_(list(homes)))):
        for household_id, name in op.get_bind().execute(rows):
            keys[household_id] |= keys_of(name)
    table = sa.table("search_key", sa.column("household_id"), sa.column("key"), sa.column("region"))
    op.bulk_insert(
        table,
        [
            {"household_id": one, "key": key, "region": region}
            for one, (region, number) in homes.items()
            for key in sorted(keys[one] | {typed(number)} - {""})
        ],
    )
