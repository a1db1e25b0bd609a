"""不能办: why an act on a case, a plan, the fund or a partner is refused."""

from field.monitoring.cases.case_contents import Faults


class Refused(Exception):
    """不能办: every reason why not; nothing was done."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("; ".join(one["message"] for one in faults))
        self.faults = faults


class WrongHands(Refused):
    """不该由这个人办: another post, or somebody else of the same post."""


class OutOfOrder(Refused):
    """这时不能这样办."""
