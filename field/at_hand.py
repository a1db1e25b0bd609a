"""手边: what the application holds for its county, for whoever answers a request or a command."""

from flask import Flask, current_app

from field.config import Settings
from field.media.vault import Vault


def application() -> Flask:
    """The application itself, for who goes on with it elsewhere."""
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found


def settings() -> Settings:
    """What the county has set."""
    found: Settings = current_app.config["FIELD"]
    return found


def vault() -> Vault:
    """The county's vault, where photographs and uploaded files lie sealed."""
    found: Vault = current_app.extensions["field_vault"]
    return found
