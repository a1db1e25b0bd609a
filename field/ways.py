"""去信的路: by which provider people are written to on each channel, as far as the county has set one up."""

from flask import Flask

from field.codes import Channel


def ways(app: Flask) -> dict[str, str]:
    """Channel to provider; empty where none is set up, and then nobody is asked by message."""
    return {Channel.SMS.value: "twilio"} if app.extensions.get("field_twilio") else {}
