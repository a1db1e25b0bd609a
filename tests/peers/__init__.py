"""独立的裁判: WeChat's and Twilio's own JavaScript, asked by a test whether Field seals and signs as they do."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import not_here

HERE = Path(__file__).parent
NODE = shutil.which("node")


def ask(*calls: tuple[Any, ...]) -> list[Any]:
    """What the peers give for each call (judge.js); a skip with its reason where they are not installed."""
    if not NODE:
        not_here("there is no node (Debian: apt install nodejs npm)")
    if not (HERE / "node_modules" / "twilio").is_dir():
        not_here("the peers are not installed (npm ci --prefix tests/peers)")
    asked = json.dumps(calls).encode()
    told = subprocess.run([str(NODE), HERE / "judge.js"], input=asked, capture_output=True, check=True, timeout=60)
    answers: list[Any] = json.loads(told.stdout)
    return answers
