"""How strong the examples' tests are: change a DAG in one place, expect a failure."""
