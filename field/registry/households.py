"""农户与人员: households and their members, derived from the ledger and rebuilt from it."""

from datetime import date
from typing import Annotated, Any

from sqlalchemy import JSON, Dialect, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from field.orm import Base, Code, Id, Name, RegionCode, Utc
from field.registry.masking import mask_words
from field.registry.sealing import Sealed


class MaskedWords(TypeDecorator[str]):
    """自己写的话: what people typed, with every number in it masked; whole it stands in its entry alone."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value and mask_words(value)


Typed = Annotated[str, mapped_column(MaskedWords(120))]


class Household(Base):
    """农户: one household of one village, known by the county's household number.

    `risks_asked_at` is the newest visit that told its risks anew, not only as before; of one that was lawfully erased
    (`erased_at`) only the number and region are left.
    """

    __tablename__ = "household"

    id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    region: Mapped[RegionCode]
    group: Mapped[Name | None]
    head: Mapped[Typed]
    persons: Mapped[int]
    address: Mapped[str | None] = mapped_column(String(200))
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    formerly_poor: Mapped[bool] = mapped_column(default=False)
    no_labour: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[Code | None]
    identified_on: Mapped[date | None]
    risk_factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    main_risk: Mapped[Code | None]
    last_visit_at: Mapped[Utc | None]
    last_visit_seq: Mapped[int | None]
    risks_asked_at: Mapped[Utc | None]
    erased_at: Mapped[Utc | None]

    members: Mapped[list["Person"]] = relationship(back_populates="household", order_by="Person.position", lazy="raise")

    __table_args__ = (
        Index(None, "region", "last_visit_at", "id"),
        Index(None, "region", "kind", "main_risk"),
        Index(None, "head"),
    )


_watched = Household.kind.is_not(None)
Index(  # all that a board counts of a household, so that its row need not be read
    "ix_household_monitored", Household.region, Household.last_visit_at, Household.id, Household.kind,
    Household.main_risk, Household.persons, Household.formerly_poor, Household.identified_on,
    sqlite_where=_watched, postgresql_where=_watched,
)  # fmt: skip


class Person(Base):
    """人员: one member of a household; numbers are sealed, found through their blind index."""

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(primary_key=True)
    household_id: Mapped[Id] = mapped_column(ForeignKey("household.id"), index=True)
    position: Mapped[int]
    name: Mapped[Typed]
    sex: Mapped[Code | None]
    relation: Mapped[Typed | None]
    birth_date: Mapped[date | None]
    id_number: Mapped[str | None] = mapped_column(Sealed("id_number"))
    id_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    id_fault: Mapped[Code | None]
    phone: Mapped[str | None] = mapped_column(Sealed("phone"))
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    bank_account: Mapped[str | None] = mapped_column(Sealed("bank_account"))
    work_place: Mapped[RegionCode | None]
    work: Mapped[Typed | None]
    months_away: Mapped[int | None]
    monthly_income: Mapped[int | None]
    health: Mapped[Typed | None]
    schooling: Mapped[Typed | None]
    labour: Mapped[Typed | None]
    left: Mapped[Code | None]
    last_heard_at: Mapped[Utc | None]
    merged_into: Mapped[Id | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    household: Mapped[Household] = relationship(back_populates="members", lazy="raise")


_merged = Person.merged_into.is_not(None)
Index(  # of these few alone: who asks for the others must not be led to them by it
    "ix_person_merged_into", Person.merged_into, sqlite_where=_merged, postgresql_where=_merged
)  # fmt: skip
