"""DAG files as Airflow parses them, in a process apart and from a cache."""
