"""The processes of a real Airflow: started, supervised, stopped."""
