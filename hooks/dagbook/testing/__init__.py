"""What the tests of examples import for lessons that need more than one run."""
