"""DAG files as Airflow parses them, in a process apart and from a cache.

``server`` imports Airflow once and forks for each file; ``dagbag`` parses there and
``describe`` says in JSON what was found; ``client`` starts and ends the server;
``parse`` is what the rest of the program calls.
"""
