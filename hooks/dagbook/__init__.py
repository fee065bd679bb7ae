"""The program behind the site: spec → pages and DAGs → runs → recordings → site."""

__version__ = "0.1.0"
