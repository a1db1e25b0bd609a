"""接口: JSON for the phones and for county systems; every route says of itself who may and what it takes."""

from flask import Flask

from field.api import access, calls, evidence, households, leads, openapi, phones, statistics, uploads, visits, work


def register(app: Flask) -> None:
    """Put every route of the API on the application."""
    for room in (access, households, visits, evidence, uploads, phones, leads, calls, statistics, work):
        app.register_blueprint(room.api)
    openapi.register(app)
