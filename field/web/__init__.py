"""网页: the office screen, and the shell of the phone form."""

from flask import Flask, render_template
from flask import Response as Page
from werkzeug.wrappers import Response

from field.problems import Problem
from field.web import declare_wechat as _by_wechat  # noqa: F401 (its routes stand on the same blueprint)
from field.web import frame
from field.web.bindings_page import bindings_page
from field.web.board import board
from field.web.cases_page import cases_room
from field.web.checkins_page import checkins_room
from field.web.declare_page import declare
from field.web.demo_phone import demo_phone
from field.web.demo_providers import demo_providers
from field.web.file_page import dossier
from field.web.held_page import held
from field.web.households_page import listing
from field.web.imports_page import imports
from field.web.leads_page import leads_room
from field.web.ledger_page import ledger
from field.web.login_page import login
from field.web.merging_page import merging_page
from field.web.messages_page import messages_page
from field.web.numbers_page import numbers
from field.web.phone_shell import phone
from field.web.receipt_page import receipt
from field.web.served import office

ROOMS = (
    bindings_page, board, cases_room, checkins_room, declare, demo_phone, demo_providers, dossier, held, imports,
    leads_room, ledger, listing, login, merging_page, messages_page, numbers, office, phone, receipt,
)  # fmt: skip


def register(app: Flask) -> None:
    """Put every page on the application."""
    frame.register(app)
    for room in ROOMS:
        app.register_blueprint(room)


def told(problem: Problem) -> Response:
    """A fault as a page for people; who is not signed in is shown the way."""
    if way := frame.to_login(problem):
        return way
    page = render_template("problem.html", problem=problem)
    return Page(page, problem.status, problem.headers)
