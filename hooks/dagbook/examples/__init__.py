"""One example: its item, page, DAG, tests and recordings, each read once."""
