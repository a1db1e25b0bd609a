"""词表: what people say, kept as data beside the code that reads it."""

import tomllib
from pathlib import Path
from typing import Any


def listed(name: str) -> dict[str, Any]:
    """The lists of a file, `NAME_words.toml`."""
    return tomllib.loads(Path(__file__).with_name(f"{name}_words.toml").read_text(encoding="utf-8"))


def patterns(name: str) -> dict[str, str]:
    """One pattern of each list of pieces, of which one is enough."""
    return {what: f"(?:{'|'.join(pieces)})" for what, pieces in listed(name).items()}
