"""Run every measurement, or those named, and print the table: `python -m benchmarks [NAME …]`."""

import importlib
import os
import platform
import sys

NAMES = ("visits", "messages", "waves", "sweep", "verify", "roster", "phone")


def main(names: list[str]) -> None:
    """Print the machine and one table row per measured figure."""
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | field | floor | ratio |")
    print("|---|---:|---:|---:|")
    for name in names or NAMES:
        for row in importlib.import_module(f"benchmarks.{name}").rows():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
