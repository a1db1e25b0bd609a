"""耐心: a line that has fallen silent counts as cut, so that no thread of the server waits for it for ever."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Patience:
    """A WSGI application whose requests may be silent for at most so many seconds; gunicorn lends its socket."""

    def __init__(self, app: "WSGIApplication", seconds: float) -> None:
        self.app, self.seconds = app, seconds

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        line: Any = environ.get("gunicorn.socket")
        if line is not None:
            line.settimeout(self.seconds)
        return self.app(environ, start_response)
