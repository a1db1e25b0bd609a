"""救助基金的格式: who must sign for which amount, and how much a household may get."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1, max_length=400)]
Yuan = Annotated[int, Field(ge=0, le=10_000_000)]
Signer = Literal["village", "town", "county"]
FEN = 100


class Part(BaseModel):
    """Exact types, no key that is not known, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Signing(Part):
    """签批: up to an amount (the last one without), one different person for each signature."""

    source: Text
    up_to_yuan: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    signatures: Annotated[list[Signer], Field(min_length=2, max_length=5)]


class Fund(Part):
    """村级救助基金: signatures by amount, a year's cap of a household, what the public may read.

    `urgent_days` are those within which an urgent application is to be signed and paid.
    """

    source: Text
    household_year_yuan: Annotated[int, Field(ge=1, le=10_000_000)]
    overdraft_yuan: Yuan
    urgent_days: Annotated[int, Field(ge=0, le=30)] = 0
    public_min_households: Annotated[int, Field(ge=3, le=100)]
    signing: Annotated[list[Signing], Field(min_length=1, max_length=6)]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        limits = [one.up_to_yuan for one in self.signing]
        bounded = [one for one in limits[:-1] if one is not None]
        if limits[-1] is not None or len(bounded) < len(limits) - 1 or bounded != sorted(set(bounded)):
            raise ValueError("signing 要按金额从小到大写，只有最后一档不写 up_to_yuan")
        return self

    def signatures(self, fen: int) -> tuple[str, ...]:
        """Whose signatures an amount needs."""
        fits = (one for one in self.signing if one.up_to_yuan is None or fen <= one.up_to_yuan * FEN)
        return tuple(next(fits).signatures)
