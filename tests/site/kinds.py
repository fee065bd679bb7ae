"""One page of each kind that the site has."""

from __future__ import annotations

KINDS = {
    "home": "index.html",
    "section": "16_dag_runs/index.html",
    "subsection": "16_dag_runs/01_manual_trigger/index.html",
    "example": "16_dag_runs/01_manual_trigger/16_01_01_manual_trigger_subtask_1.html",
    "other runs": (
        "16_dag_runs/01_manual_trigger/16_01_05_manual_trigger_subtask_5.html"
    ),
    "bad and fixed": (
        "16_dag_runs/12_dag_run_anti_patterns/16_12_01_avoiding_overlapping_runs.html"
    ),
    "concept": "concepts/dag_run.html",
    "states": "concepts/life_of_a_run.html",
    "coverage": "coverage.html",
    "checklist": "spec/16_dag_runs.html",
    "catalogue": "catalogue.html",
    "load all": "load_all_examples.html",
    "errors": "find/errors.html",
    "symbols": "find/symbols.html",
    "tags": "tags.html",
    "contributing": "contributing/architecture.html",
    "reference": "contributing/reference/dagbook_views.html",
    "not found": "404.html",
}
