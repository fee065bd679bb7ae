"""Rules on the text of a DAG file, by its syntax tree."""
