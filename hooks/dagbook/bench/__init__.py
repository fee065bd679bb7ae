"""``make bench``: how long the builds and the suite take, against bare tools."""

from dagbook.bench.cli import app

__all__ = ["app"]
