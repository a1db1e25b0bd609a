"""让路: what is computed here waits while anybody else computes, so that a day's photographs slow no phone."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
BEHIND = 5  # of 19: a quarter of what others get of a busy machine; a worker told to stop still comes to its end
"""On Linux a thread has a rank of its own; elsewhere the whole process steps back."""


def giving_way(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Do it behind everybody else, and wait for it; holds no lock of the database meanwhile, or others wait too."""
    return _behind().submit(work, *given, **named).result()


@cache
def _behind() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "giving-way", os.nice, (BEHIND,))
