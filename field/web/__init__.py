"""网页: the office screen, and the shell of the phone form."""

from flask import Flask, render_template
from flask import Response as Page
from werkzeug.wrappers import Response

from field.logs import number
from field.problems import Problem
from field.web import declare_wechat as _by_wechat  # noqa: F401 (its routes stand on the same blueprint)
from field.web import filling_conflicts_page as _conflicts  # noqa: F401 (its routes stand on the same blueprint)
from field.web import frame, language
from field.web import fund_applications as _of_fund  # noqa: F401 (its routes stand on the same blueprint)
from field.web import package_page as _packages  # noqa: F401 (its routes stand on the same blueprint)
from field.web import reminders_wechat as _their_wechat  # noqa: F401 (its routes stand on the same blueprint)
from field.web.approval_page import approvals
from field.web.assessment_paper import assessment_paper
from field.web.bill_reading_page import bill_reading
from field.web.bindings_page import bindings_page
from field.web.board import board
from field.web.bulletin_page import bulletin
from field.web.caseload_page import caseload_room
from field.web.cases_page import cases_room
from field.web.checkins_page import checkins_room
from field.web.concerned_page import concerned_room
from field.web.correction_page import corrections
from field.web.declare_page import declare
from field.web.demo_phone import demo_phone
from field.web.demo_providers import demo_providers
from field.web.deputies_page import deputies_room
from field.web.doubtful_page import doubtful_room
from field.web.exports_page import exports
from field.web.file_page import dossier
from field.web.filling_page import filling_room
from field.web.fund_page import fund_room
from field.web.held_page import held
from field.web.household_papers import household_papers
from field.web.households_page import listing
from field.web.imports_page import imports
from field.web.leads_page import leads_room
from field.web.ledger_page import ledger
from field.web.login_page import login
from field.web.long_term_page import long_term_room
from field.web.map_page import map_room
from field.web.measures_page import measures_room
from field.web.merging_page import merging_page
from field.web.messages_page import messages_page
from field.web.notice_page import notices
from field.web.numbers_page import numbers
from field.web.partners_page import partners_room
from field.web.phone_shell import phone
from field.web.plan_page import plan_page
from field.web.quality_page import quality_room
from field.web.receipt_page import receipt
from field.web.relief_page import relief_room
from field.web.reminders_page import reminders_page
from field.web.screening_page import screening_room
from field.web.served import office
from field.web.sharing_page import sharing_room
from field.web.shown_again import shown_again
from field.web.todo_page import todo_room
from field.web.traces_page import traces_room

ROOMS = (
    approvals, assessment_paper, bill_reading, bindings_page, board, bulletin, caseload_room, cases_room, checkins_room,
    concerned_room, corrections, declare, demo_phone, demo_providers, deputies_room, dossier, doubtful_room, exports,
    filling_room, fund_room, held, household_papers, imports, leads_room, ledger, listing,
    login, long_term_room, map_room,
    measures_room, merging_page, messages_page, notices, numbers, office, partners_room, phone, plan_page,
    quality_room, receipt, relief_room, reminders_page, screening_room, sharing_room, todo_room, traces_room,
)  # fmt: skip


def register(app: Flask) -> None:
    """Put every page on the application."""
    language.register(app)
    frame.register(app)
    for room in ROOMS:
        app.register_blueprint(room)


def told(problem: Problem) -> Response:
    """A fault as a page for people: the form again where it can be put right; who is not signed in is shown the way."""
    if way := frame.to_login(problem):
        return way
    if form := shown_again(problem):
        return form
    page = render_template("problem.html", problem=problem, number=number() if problem.status >= 500 else None)
    return Page(page, problem.status, problem.headers)
