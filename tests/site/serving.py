"""What the tests need to build a site and to serve it."""

from __future__ import annotations

import http.server

QUIET = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing: the tests report what matters."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
