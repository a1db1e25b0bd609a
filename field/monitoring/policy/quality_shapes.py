"""数据质量的格式: from which number on something that was written down cannot well be so."""

from typing import Annotated

from pydantic import Field

from field.monitoring.policy.risk_shapes import Part

Age = Annotated[int, Field(ge=0, le=130)]


class Ages(Part):
    """在校的年龄: from which age to which somebody may be at such a school."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    low: Age
    high: Age


class Quality(Part):
    """数据质量: thresholds of the checks."""

    school_from: Age
    school_to: Age
    wages_month_yuan: Annotated[int, Field(ge=1, le=100_000)]
    visit_days: Annotated[int, Field(ge=1, le=1000)]
    head_from: Age
    spouse_from: Age
    oldest: Age
    generation_years: Annotated[int, Field(ge=1, le=40)]
    pupil: Annotated[list[Ages], Field(min_length=1, max_length=20)]
    source: Annotated[str, Field(min_length=1, max_length=400)]
