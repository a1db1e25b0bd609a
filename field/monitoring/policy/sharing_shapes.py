"""乡镇共享的格式: which households concern a unit of a town, and what it is shown of them; all else stays closed."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from field.codes import Grade, Guarantee, RiskFactor
from field.labels import Labelled
from field.monitoring.policy.risk_shapes import Part, once
from field.monitoring.posts.sharing_codes import OF_PEOPLE, Concerns, SharedField


def _known(labels: type[Labelled]) -> AfterValidator:
    """A code of these, told with all there are where it is none."""

    def check(code: str) -> str:
        if code not in labels.labels():
            there = "、".join(f"{one}（{label}）" for one, label in labels.labels().items())
            raise ValueError(f"没有“{code}”这一项，可以写：{there}")
        return code

    return AfterValidator(check)


Shows = Annotated[str, _known(SharedField)]
Whose = Annotated[str, _known(Concerns)]


class When(Part):
    """一种有关的户: all that is written of it must hold."""

    monitored: bool | None = None
    grades: list[Annotated[str, _known(Grade)]] = []
    risk_factors: list[Annotated[str, _known(RiskFactor)]] = []
    guarantees: list[Annotated[str, _known(Guarantee)]] = []
    people: list[Whose] = []

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.monitored is None and not (self.grades or self.risk_factors or self.guarantees or self.people):
            raise ValueError("一条 when 至少写一个条件，不能让所有的户都算有关")
        return self


class Sharing(Part):
    """一个单位: the fields that it `shows` of households of any `when`, and of those `people` in them alone."""

    unit: Annotated[str, Field(min_length=1, max_length=60)]
    shows: Annotated[list[Shows], Field(min_length=1)]
    people: list[Whose] = []
    when: Annotated[list[When], Field(min_length=1, max_length=20)]
    source: Annotated[str, Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        if (OF_PEOPLE & set(self.shows)) and not self.people:
            raise ValueError("shows 里有人的信息，要写 people：看哪些人的")
        return self


def _each_once(several: list[Sharing]) -> list[Sharing]:
    once([one.unit for one in several], "同一个单位写了两次：{}")
    return several


Sharings = Annotated[list[Sharing], AfterValidator(_each_once)]
