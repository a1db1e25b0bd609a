"""A county of 250,000 invented people, as a roster import leaves it."""

import csv
from datetime import date
from itertools import islice
from random import Random

from flask import Flask
from flask_migrate import upgrade

from field import clock, create_app
from field.config import Settings
from field.db import db
from field.demo.accounts import open_accounts
from field.demo.county import places
from field.demo.load import REGIONS
from field.demo.people import Author
from field.monitoring.roster.enrol import BATCH, enrol
from field.registry.regions import load_regions
from field.worker import turns

HOUSEHOLDS = 83_900


def peopled(settings: Settings, households: int = HOUSEHOLDS) -> tuple[Flask, int]:
    """The application on a new database, and how many people are in it."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    turn, author = turns(app), Author(Random(1), date(2026, 11, 1))
    with REGIONS.open(encoding="utf-8", newline="") as lines:
        names = {line["code"]: line["name"] for line in csv.DictReader(lines)}
    turn(lambda session: load_regions(session, names.items()))
    towns = [(code, name) for code, name in names.items() if len(code) == 9]
    turn(lambda session: open_accounts(session, towns, clock.now()))
    villages = [code for code in names if len(code) == 12]
    several = (author.household(place, names[place.village]) for place in places(villages, households, Random(1)))
    while batch := list(islice(several, BATCH)):
        turn(lambda session: enrol(session, batch, "county", clock.now()))
    return app, author.people
