"""Settings, all from the environment, with a default that works for one county on one machine."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@dataclass(frozen=True)
class Settings:
    """What a county sets; README.md lists the names of the environment variables."""

    home: Path
    database_url: str
    demo: bool = False
    secure_cookies: bool = False
    public_url: str = "http://127.0.0.1:8000"
    proxies: int = 0
    ledger_name: str = "field.local/ledger"
    lease: timedelta = timedelta(seconds=60)
    silence: float = 60.0
    templates_file: str = ""
    monthly_checkins: bool = False
    unnamed_kept: timedelta = timedelta(days=30)
    map_tiles: str = ""
    map_datum: str = "WGS-84"
    metrics_token: str = ""
    json_log: bool = False
    read_receipts: bool = True

    @property
    def keys(self) -> Path:
        """密钥文件, outside the database, mode 600."""
        return self.home / "keys.json"

    @property
    def policy(self) -> Path:
        """县里自己的政策包 and holidays, over ours."""
        return self.home / "policy"

    @property
    def photos(self) -> Path:
        """照片目录, encrypted files under names that cannot be guessed."""
        return self.home / "photos"

    @property
    def demo_file(self) -> Path:
        """演示的设置, as `make demo` noted them, for commands beside it."""
        return self.home / "demo.json"

    @property
    def retention(self) -> Path:
        """保留期限, where the county's are not ours."""
        return self.home / "retention.toml"

    @property
    def templates(self) -> Path:
        """短信模板, the wordings that the providers have approved."""
        return Path(self.templates_file) if self.templates_file else self.home / "templates.toml"


def beside_demo(settings: Settings) -> Settings:
    """The settings of a demo that runs on the same home, for who looks at it from outside; else these."""
    if settings.demo or not settings.demo_file.is_file():
        return settings
    noted = json.loads(settings.demo_file.read_text(encoding="utf-8"))
    return replace(settings, demo=True, public_url=noted["public_url"])


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; FIELD_HOME names the folder of database, photographs and keys."""
    home = Path(environ.get("FIELD_HOME", "instance")).resolve()
    public_url = environ.get("FIELD_PUBLIC_URL", "http://127.0.0.1:8000")
    return Settings(
        home=home,
        database_url=environ.get("FIELD_DATABASE_URL", f"sqlite:///{home / 'field.db'}"),
        demo=environ.get("FIELD_DEMO", "") == "1",
        secure_cookies=public_url.startswith("https://"),
        public_url=public_url.rstrip("/"),
        proxies=int(environ.get("FIELD_PROXIES", "0")),
        ledger_name=environ.get("FIELD_LEDGER_NAME", "field.local/ledger"),
        lease=timedelta(seconds=float(environ.get("FIELD_LEASE_SECONDS", "60"))),
        silence=float(environ.get("FIELD_SILENCE_SECONDS", "60")),
        templates_file=environ.get("FIELD_TEMPLATES", ""),
        unnamed_kept=timedelta(days=max(3, int(environ.get("FIELD_UNNAMED_DAYS", "30")))),
        map_tiles=environ.get("FIELD_MAP_TILES", ""),
        map_datum=environ.get("FIELD_MAP_DATUM", "WGS-84"),
        monthly_checkins=environ.get("FIELD_MONTHLY_CHECKINS", "") == "1",
        metrics_token=environ.get("FIELD_METRICS_TOKEN", ""),
        json_log=environ.get("FIELD_LOG", "") == "json",
        read_receipts=environ.get("FIELD_READ_RECEIPTS", "1") != "0",
    )
