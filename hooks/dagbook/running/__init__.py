"""A run under ``dag.test()``: the fixture ``example`` and what it records."""
