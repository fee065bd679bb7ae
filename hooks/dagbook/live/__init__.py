"""A real Airflow and what it shows: scenarios, recordings, parity with tests."""
