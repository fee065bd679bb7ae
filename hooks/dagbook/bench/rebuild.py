"""What ``mkdocs serve`` does after an edit, in a process of its own.

``python -m dagbook.bench.rebuild CONFIG PAGE`` builds once and says ``{}``; for each
line of stdin it edits PAGE, builds, and says seconds (``wall``, ``cpu``) in JSON.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Build, and once more for each line, until standard input ends."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    config_file, page = sys.argv[1], Path(sys.argv[2])
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    text = page.read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="dagbook-bench-") as site:

        def config() -> Any:
            return load_config(config_file, site_dir=site, strict=True)

        first = config()
        first.plugins.on_startup(command="serve", dirty=False)
        build(first)
        print("{}", flush=True)
        for number, _ in enumerate(sys.stdin, 1):
            page.write_text(f"{text}\nEdit number {number}.\n", "utf-8")
            wall, cpu = time.perf_counter(), time.process_time()
            build(config())
            took = {
                "wall": time.perf_counter() - wall,
                "cpu": time.process_time() - cpu,
            }
            print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
