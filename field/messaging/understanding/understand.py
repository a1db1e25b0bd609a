"""理解一句话: phone, place, pay, work and how things are, each with the words it came from; doubtful is nothing."""

from datetime import date

from field.messaging.understanding import states
from field.messaging.understanding.facts import SPOKEN, Fact, Understood
from field.messaging.understanding.masking import masked
from field.messaging.understanding.numerals import half_width
from field.messaging.understanding.pay import income
from field.messaging.understanding.phones import phone
from field.messaging.understanding.where import place
from field.messaging.understanding.whose import clauses
from field.messaging.understanding.work import FARMING, months_away, work

LONGEST = 2000


def understand(text: str, on: date | None = None, known_place: str | None = None) -> Understood:
    """What a reply proposes, said on a day by who was at a known place last; ID and bank numbers are masked first."""
    text = half_width(masked(text))[:LONGEST]
    if states.is_advert(text) or states.is_of_the_roll(text):
        return Understood()
    said = clauses(text)
    mine, theirs = ([one for one in said if one.mine is whose] for whose in (True, False))
    works_at = work(mine)
    least, most = income(mine, sold_by_the_year=works_at is not None and works_at.value in FARMING)
    return Understood(
        phone=phone(mine), place=place(mine, known_place), income_min=least, income_max=most, work=works_at,
        months_away=months_away(mine, on), well=states.well(mine), asks_help=states.asks_help(said),
        not_me=states.not_me(text), for_people=states.for_people(said),
        about_someone_else=Fact(True, theirs[0].written.strip(), SPOKEN) if theirs else None,
    )  # fmt: skip
