"""The application for a WSGI server: `gunicorn wsgi:app`."""

from field import create_app

app = create_app()
