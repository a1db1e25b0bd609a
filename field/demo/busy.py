"""演示业务: what goes on beside visits, on households of its own: cases, funds, ties, lists, a hand-over."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from field.demo import giving, lists
from field.demo.accounts import CADRE, CADRE2, COUNTY, OTHERS
from field.demo.acting import Acting, Where
from field.demo.cast import TOWN, Played
from field.demo.visits import Home
from field.media.vault import Vault
from field.registry.households import Household
from field.registry.rights import Actor

ASKING, TIED, LONG, SCREENED = 6, 8, 2, 10
Transact = Callable[[Callable[[Session], object]], None]


class Busy:
    """忙碌的县: everything of it, each household's in the order of its days."""

    def __init__(self, homes: Sequence[Home], played: Mapping[str, Played], numbers: Mapping[str, str]) -> None:
        """`numbers` are the ids of the households that have a case, by their number."""
        by_id = {home.id: home for home in homes}
        self.cases = [(by_id[numbers[number]], part) for number, part in played.items()]
        self.taken = {home.id for home, _part in self.cases}
        self.funds = {place: self._asking(homes, place) for place in (CADRE, CADRE2, *OTHERS)}
        self.tied = self._near(homes, TIED, monitored=True)
        self.long_term = self._near(homes, LONG, monitored=True)
        self.screened = self._near(homes, 1, monitored=True) + self._some(homes, CADRE, 4, monitored=False)
        self.screened += self._near(homes, SCREENED - len(self.screened), monitored=False)

    def _near(self, homes: Sequence[Home], count: int, *, monitored: bool) -> list[Home]:
        """Of the town in which the accounts work, and where there are too few, of any."""
        found = self._some(homes, TOWN, count, monitored=monitored)
        return found + self._some(homes, COUNTY, count - len(found), monitored=monitored)

    def _asking(self, homes: Sequence[Home], village: str) -> list[Home]:
        """Monitored ones, and where there are too few, others too."""
        found = self._some(homes, village, ASKING, monitored=True)
        return found + self._some(homes, village, ASKING - len(found), monitored=False)

    def _some(self, homes: Sequence[Home], region: str, count: int, *, monitored: bool) -> list[Home]:
        """A few households of a region that have no other part."""
        free = (home for home in homes if home.region.startswith(region) and home.id not in self.taken)
        found = [home for home in free if (home.main_risk is not None) is monitored][:count]
        self.taken |= {home.id for home in found}
        return found

    def go_on(self, transact: Transact, actors: Mapping[str, Actor], vault: Vault, now: datetime) -> None:
        """All of it, one transaction a household or village."""
        acting = Acting(actors, vault, Random(11))  # noqa: S311 - invented people, no secret
        for work in self._works(acting, actors, now.replace(hour=2, minute=20, second=0, microsecond=0)):
            transact(work)

    def _works(
        self, acting: Acting, actors: Mapping[str, Actor], now: datetime
    ) -> Iterator[Callable[[Session], object]]:
        for home, part in self.cases:
            yield lambda session: play(session, acting, home, part, now)  # noqa: B023
        for village, asking in self.funds.items():
            if asking:
                yield lambda session: giving.give(session, village, asking, actors, now)  # noqa: B023
        yield lambda session: giving.tie(session, self.tied, actors, now)
        yield lambda session: giving.mark(session, self.long_term, actors, now)
        if len(self.screened) == SCREENED:
            yield lambda session: lists.send(session, self.screened, actors, now)
        yield lambda session: lists.offer(session, actors, now)
        yield lambda session: lists.stand_in(session, actors, now)


def play(session: Session, acting: Acting, home: Home, part: Played, now: datetime) -> None:
    """One household's case from its first day, by daylight in China."""
    persons = session.scalars(select(Household.persons).where(Household.id == home.id)).one()
    first = (now - timedelta(days=part.part.ago)).replace(hour=1, minute=0, second=0, microsecond=0)
    for place, (day, name) in enumerate(part.part.course):
        acting.do(session, name, Where(home, part, persons), first + timedelta(days=day, minutes=35 * place))
        session.expire_all()
