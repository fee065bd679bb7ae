"""``make lighthouse``: what Chromium's Lighthouse says of the built site.

It needs Node.js, fetches Lighthouse through npx, and serves the site compressed, as
hosts do.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

PAGES = {
    "home": "index.html",
    "example": "16_dag_runs/01_manual_trigger/16_01_01_manual_trigger_subtask_1.html",
    "section index": "16_dag_runs/01_manual_trigger/index.html",
    "catalogue": "catalogue.html",
}
KINDS = ("performance", "accessibility", "best-practices", "seo")
LEAST = {"performance": 95}
"""Out of 100; of the other kinds nothing may be missing."""

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_PROGRAM = "lighthouse@12"


class _Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, and lets the browser keep them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the file."""
        path = Path(self.translate_path(self.path))
        body = gzip.compress(path.read_bytes()) if path.is_file() else b""
        self.send_response(200 if path.is_file() else 404)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if body:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def scores(address: str) -> dict[str, int]:
    """Return the scores of a page by kind, on the preset of a mobile telephone.

    Raises:
        subprocess.CalledProcessError: Lighthouse has failed; its words are in stderr.
    """
    chromium = next(path for name in _CHROMIUMS if (path := shutil.which(name)))
    done = subprocess.run(
        [
            *("npx", "--yes", _PROGRAM, address, "--quiet", "--output=json"),
            f"--only-categories={','.join(KINDS)}",
            f"--chrome-path={chromium}",
            "--chrome-flags=--headless --no-sandbox --disable-gpu",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)["categories"]
    return {kind: round(100 * found[kind]["score"]) for kind in KINDS}


def main(site: str) -> int:
    """Print the scores of each kind of page; 1 if one is too low."""
    handler = functools.partial(_Compressed, directory=site)
    low = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        for name, page in PAGES.items():
            found = scores(f"http://127.0.0.1:{httpd.server_port}/{page}")
            low += any(found[kind] < LEAST.get(kind, 100) for kind in KINDS)
            print(name, *(f"{kind} {found[kind]}" for kind in KINDS), sep="  ")
        httpd.shutdown()
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
