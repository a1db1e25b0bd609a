"""how sure a fact is, kept with it; and each change of a household's grade, kept by its day"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

OLD, NEW = "ix_fact_subject_attribute_observed_at", "ix_fact_subject_attribute_trusted_observed_at"
GRADES = "ix_judgement_household_id_grade"
WORTH = {1: 15552000, 2: 24649920, 3: 31104000, 4: 36110189, 5: 40201920}  # seconds, at a half-life of 180 days
WITHOUT_ROWID = {"sqlite_with_rowid": False}

CHANGES = """
INSERT INTO grade_standing (household_id, as_of, grade) SELECT NEW.household_id, NEW.as_of, NEW.grade
WHERE NEW.grade <> coalesce((
  SELECT grade FROM grade_standing WHERE household_id = NEW.household_id ORDER BY as_of DESC LIMIT 1), 'none')
ON CONFLICT (household_id, as_of) DO UPDATE SET grade = excluded.grade;
"""
SQLITE = "CREATE TRIGGER judgement_{name} AFTER {verb} ON judgement {when} BEGIN {changes} END"
FUNCTION = """
CREATE FUNCTION judgement_changes() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN {changes} RETURN NULL; END $$
"""
POSTGRESQL = """
CREATE TRIGGER judgement_{name} AFTER {verb} ON judgement FOR EACH ROW {when} EXECUTE FUNCTION judgement_changes()
"""
VERBS = ("insert", "INSERT", ""), ("update", "UPDATE OF grade", "WHEN (OLD.grade <> NEW.grade)")


def upgrade() -> None:
    _keep_how_sure()
    op.create_index(GRADES, "judgement", ["household_id", "grade"])
    op.create_table(
        "grade_standing",
        sa.Column("household_id", sa.String(length=36), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("household_id", "as_of", name=op.f("pk_grade_standing")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO grade_standing SELECT household_id, as_of, grade FROM judgement WHERE grade <> 'none'")
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(FUNCTION.format(changes=CHANGES))
    for name, verb, when in VERBS:
        trigger = SQLITE if sqlite else POSTGRESQL
        op.execute(trigger.format(name=name, verb=verb, when=when, changes=CHANGES))


def _keep_how_sure() -> None:
    op.drop_index(OLD, table_name="fact")
    op.add_column("fact", sa.Column("trusted", sa.BigInteger(), nullable=True))
    fact = sa.table("fact", *(sa.column(name) for name in ("trusted", "observed_at", "level")))
    seconds = sa.extract("epoch", fact.c.observed_at)
    whole = sa.func.floor(seconds) if op.get_bind().dialect.name == "postgresql" else seconds
    op.execute(sa.update(fact).values(trusted=whole + sa.case(WORTH, value=fact.c.level, else_=0)))
    with op.batch_alter_table("fact", table_kwargs=WITHOUT_ROWID) as batch:
        batch.alter_column("trusted", existing_type=sa.BigInteger(), nullable=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE fact ALTER COLUMN value TYPE jsonb USING value::jsonb")
    op.create_index(NEW, "fact", ["subject", "attribute", "trusted", "observed_at"])


def downgrade() -> None:
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON judgement"
    for name, _, _ in VERBS:
        op.execute(f"DROP TRIGGER judgement_{name}{on}")
    if on:
        op.execute("DROP FUNCTION judgement_changes()")
    op.drop_table("grade_standing")
    op.drop_index(GRADES, table_name="judgement")
    op.drop_index(NEW, table_name="fact")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE fact ALTER COLUMN value TYPE json USING value::json")
    with op.batch_alter_table("fact", table_kwargs=WITHOUT_ROWID) as batch:
        batch.drop_column("trusted")
    op.create_index(OLD, "fact", ["subject", "attribute", "observed_at"])
