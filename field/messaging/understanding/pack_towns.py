"""打包乡镇: writes towns.txt.gz from the national codes (code,name,… with nine digits, one town a line)."""

import csv
import gzip
import sys
from itertools import groupby
from pathlib import Path

from field.messaging.understanding.towns import PACKED


def pack(source: Path) -> int:
    """How many towns were packed."""
    with source.open(encoding="utf-8", newline="") as lines:
        towns = sorted((row["code"], row["name"]) for row in csv.DictReader(lines))
    counties = groupby(towns, key=lambda town: town[0][:6])
    text = "\n".join(f"{area}\t{','.join(code[6:] + name for code, name in group)}" for area, group in counties)
    PACKED.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return len(towns)


if __name__ == "__main__":
    sys.stdout.write(f"{pack(Path(sys.argv[1]))}\n")
