"""A run under ``dag.test()``: the fixture ``example`` and what it records.

``dag_test`` runs, ``observer`` watches, ``collect`` reads the result; ``example`` and
``scenario`` are what a test holds; ``plugin`` ties them to pytest.
"""
