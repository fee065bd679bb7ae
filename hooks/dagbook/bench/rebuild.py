"""What ``mkdocs serve`` does after an edit, in a process of its own.

``python -m dagbook.bench.rebuild CONFIG PAGE ROUNDS`` builds once, then changes PAGE
and builds again ROUNDS times; it prints the seconds of each of these as a JSON list.
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
    """Measure, and print the list as the last line."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    config_file, page, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    text = page.read_text("utf-8")
    seconds = []
    with tempfile.TemporaryDirectory(prefix="dagbook-bench-") as site:

        def config() -> Any:
            return load_config(config_file, site_dir=site, strict=True)

        first = config()
        first.plugins.on_startup(command="serve", dirty=False)
        build(first)
        for number in range(rounds):
            page.write_text(f"{text}\nEdit number {number + 1}.\n", "utf-8")
            began = time.perf_counter()
            build(config())
            seconds.append(round(time.perf_counter() - began, 3))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
