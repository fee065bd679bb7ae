"""A real Airflow and what it shows: scenarios, recordings, parity with ``dag.test()``.

``servers`` owns the processes, ``client`` talks to them over the public REST API,
``scenario`` is the small language of tests, ``plugin`` ties it to pytest.
"""
