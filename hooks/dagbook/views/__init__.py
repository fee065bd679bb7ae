"""Drawings and tables as HTML, from recorded runs and parsed DAGs."""
