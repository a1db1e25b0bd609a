"""Run every measurement, or those named (`receipts` only so), and print the table: `python -m benchmarks [NAME …]`."""

import importlib
import os
import platform
import sys

NAMES = ("visits", "messages", "waves", "sweep", "verify", "roster", "phone", "search", "export", "board", "tasks")
HEAD = ("what", "field", "floor", "ratio")


def main(names: list[str]) -> None:
    """Print the machine and one table row per measured figure."""
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    shown: tuple[str, ...] = ()
    for name in names or NAMES:
        module = importlib.import_module(f"benchmarks.{name}")
        head = getattr(module, "HEAD", HEAD)
        if head != shown:
            print(f"| {' | '.join(head)} |\n|---|{'---:|' * (len(head) - 1)}")
        shown = head
        for row in module.rows():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
