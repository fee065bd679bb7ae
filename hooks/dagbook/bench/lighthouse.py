"""``make lighthouse``: what Chromium's Lighthouse says of the built site.

It needs Node.js, fetches Lighthouse through npx, serves the site compressed, as hosts
do, and writes the scores into ``docs/contributing/performance.md``.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

from dagbook.bench import page
from dagbook.project import Project
from dagbook.testing.browser import CHROMIUMS

PAGES = {
    "home": "index.html",
    "example": "16_dag_runs/01_manual_trigger/16_01_01_manual_trigger_subtask_1.html",
    "section index": "16_dag_runs/01_manual_trigger/index.html",
    "catalogue": "catalogue.html",
}
KINDS = ("performance", "accessibility", "best-practices", "seo")
LEAST = {"performance": 95}
"""Out of 100; of the other kinds nothing may be missing."""
ROUNDS = 3
"""How often each page is judged: the score of performance follows the machine."""

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
        RuntimeError: Node.js or Chromium is missing, or Lighthouse has failed.
    """
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if not chromium or not shutil.which("npx"):
        missing = "npx of Node.js" if chromium else f"one of {', '.join(CHROMIUMS)}"
        raise RuntimeError(f"not found: {missing}; install it, Debian has both")
    done = subprocess.run(
        [
            *("npx", "--yes", _PROGRAM, address, "--quiet", "--output=json"),
            f"--only-categories={','.join(KINDS)}",
            f"--chrome-path={chromium}",
            "--chrome-flags=--headless --no-sandbox --disable-gpu",
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"Lighthouse failed on {address}:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout)["categories"]
    return {kind: round(100 * found[kind]["score"]) for kind in KINDS}


def main(site: str) -> int:
    """Print and write the median scores of each kind of page; 1 if one is too low."""
    handler = functools.partial(_Compressed, directory=site)
    rows: dict[str, dict[str, int]] = {}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        for name, path in PAGES.items():
            address = f"http://127.0.0.1:{httpd.server_port}/{path}"
            found = [scores(address) for _ in range(ROUNDS)]
            row = {k: statistics.median_low([one[k] for one in found]) for k in KINDS}
            print(name, *(f"{k} {v}" for k, v in row.items()), sep="  ", flush=True)
            rows[name] = row
        httpd.shutdown()
    place = Project.find().docs / page.PLACE
    before = place.read_text("utf-8") if place.is_file() else ""
    place.write_text(page.with_telephone(before, rows, ROUNDS), "utf-8")
    low = any(row[k] < LEAST.get(k, 100) for row in rows.values() for k in KINDS)
    return 1 if low else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except RuntimeError as error:
        sys.exit(f"lighthouse: {error}")
