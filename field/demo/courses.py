"""演示案子的日程: what is done to a case on which day after its beginning; pure."""

Course = tuple[tuple[int, str], ...]
LADDER: Course = (
    (0, "declare"), (1, "visit"), (1, "open"), (2, "on_site"), (4, "data"), (6, "assess"), (6, "post"), (12, "notice"),
    (14, "town"), (17, "county"),
)  # fmt: skip
WAY_OUT: Course = (
    (0, "take_over"), (1, "visit"), (2, "team"), (3, "plan"), (30, "carry_out"), (36, "follow"), (40, "propose"),
    (41, "visit_out"), (42, "check"), (44, "assess_out"), (44, "post_out"), (50, "notice_out"), (52, "town_out"),
    (55, "county_out"),
)  # fmt: skip


def ladder(last: str) -> Course:
    """The way to being monitored, up to a step."""
    return _up_to(LADDER, last)


def slower(course: Course, days: int) -> Course:
    """The same way with so many days more from the notice on, as towns differ."""
    notice = [name for _day, name in course].index("notice")
    return tuple((day + days * (nth >= notice), name) for nth, (day, name) in enumerate(course))


def way_out(last: str) -> Course:
    """The way of a listed household to the risk gone, up to a step."""
    return _up_to(WAY_OUT, last)


def eliminated() -> Course:
    """The whole way out."""
    return WAY_OUT


def _up_to(course: Course, last: str) -> Course:
    names = [name for _day, name in course]
    return course[: names.index(last) + 1]
