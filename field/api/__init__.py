"""接口: JSON for the phones and for county systems; every route says of itself who may and what it takes."""

from flask import Flask

from field.api import (
    access,
    calls,
    cases,
    consents,
    evidence,
    health,
    households,
    leads,
    measures,
    openapi,
    openrosa,
    phones,
    relief,
    revisits,
    screening,
    sharing,
    statistics,
    uploads,
    visits,
    work,
)


def register(app: Flask) -> None:
    """Put every route of the API on the application."""
    for room in (
        access, households, visits, revisits, evidence, uploads, phones, leads, calls, cases, consents, measures,
        relief, screening, sharing, statistics, work, openrosa, health,
    ):  # fmt: skip
        app.register_blueprint(room.api)
    openapi.register(app)
