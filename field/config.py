"""Settings, all from the environment, with a default that works for one county on one machine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


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
    def templates(self) -> Path:
        """短信模板, the wordings that the providers have approved."""
        return Path(self.templates_file) if self.templates_file else self.home / "templates.toml"


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
        monthly_checkins=environ.get("FIELD_MONTHLY_CHECKINS", "") == "1",
    )
