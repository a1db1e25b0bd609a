"""The application for a WSGI server: `gunicorn wsgi:app`."""

import gc

from field import create_app

app = create_app()
gc.collect()
gc.freeze()  # what stays as long as the server does is not looked through again at every tidying up
