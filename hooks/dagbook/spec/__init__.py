"""The checklists: reads docs/spec strictly into items with their bullets."""
