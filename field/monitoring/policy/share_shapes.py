"""几分之几: a share as a pack writes it, exactly."""

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, PlainSerializer

WRITTEN = re.compile(r"(\d{1,4})(?:/([1-9]\d{0,3})|%?)", re.ASCII)


def _share(said: Any) -> Fraction:
    """Of "2/3", "67%", or the bare 67 of a pack of old."""
    written = WRITTEN.fullmatch(str(said)) if type(said) in (str, int) else None
    share = Fraction(int(written[1]), int(written[2] or 100)) if written else None
    if share is None or share > 1:
        raise ValueError('要写几分之几或百分之几，不超过全部，如 "2/3"、"50%"')
    return share


def share_told(share: Fraction) -> str:
    """As people read it: a per cent where it is a whole one."""
    percent = share * 100
    return f"{percent}%" if percent.denominator == 1 else str(share)


def named(*names: str) -> Any:
    """By which name it stands in a pack, and by which it stood."""
    return Field(validation_alias=AliasChoices(*names))


Share = Annotated[Fraction, BeforeValidator(_share), PlainSerializer(share_told)]
