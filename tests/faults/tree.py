"""A small copy of the repository that a test may break.

It holds the contract, two finished examples of the real tree and everything the site
needs, so that what is refused here is refused there.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from dagbook.files import sha256
from dagbook.live.parity.plan import plans
from dagbook.project import ExamplePaths, Project
from dagbook.recording import file as recording

HERE = Path(__file__).resolve().parents[2]
FOLDER = "16_dag_runs/01_manual_trigger"
FIRST = "16_01_01_manual_trigger_subtask_1"
SECOND = "16_01_05_manual_trigger_subtask_5"
CHECKLIST = "docs/spec/16_dag_runs.md"


class Tree:
    """The copy below ``root``; ``dag``, ``page``, ``test`` are of the first example."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.first = self.project.example(FOLDER, FIRST)
        self.second = self.project.example(FOLDER, SECOND)
        self.dag = self._name(self.first.dag)
        self.page = self._name(self.first.page)
        self.test = self._name(self.first.test)
        self.recording = self._name(self.first.recording)
        self.other_dag = self._name(self.second.dag)
        self.other_page = self._name(self.second.page)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.project.root).as_posix()

    def copy(self) -> None:
        """Copy what the site and the checks need from the real tree."""
        root, source = self.project.root, Project(HERE)
        for name in ("docs/spec", "docs/assets"):
            shutil.copytree(HERE / name, root / name)
        for name in ("mkdocs.yml", "docs/tags.md"):
            shutil.copy(HERE / name, root / name)
        tools = shutil.ignore_patterns("dagbook", "__pycache__", "*.egg-info")
        shutil.copytree(HERE / "hooks", root / "hooks", ignore=tools)
        for stem in (FIRST, SECOND):
            paths = source.example(FOLDER, stem)
            beside = paths.test.parent.glob(f"*{stem}*")  # live ones, where it has any
            for path in (paths.dag, paths.page, *beside):
                target = root / path.relative_to(HERE)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        self.write("docs/index.md", "# Home\n\nTwo examples.\n")
        pages = {"16.1.1": self.page, "16.1.5": self.other_page}
        old = [i for i, name in pages.items() if "## What happened" in self.read(name)]
        self.write("tests/exceptions.yml", f"not_yet_rewritten: [{', '.join(old)}]\n")
        for path in (HERE / "docs" / "contributing").glob("*.md"):
            # Generated pages link to these; what they say needs other examples.
            self.write(f"docs/contributing/{path.name}", f"# {path.stem}\n")
        self.write(f"docs/{FOLDER}/index.md", "# Manual\n\n<!-- examples -->\n")
        for name in (self.page, self.other_page):
            self._cut_links(name)
        self._results()

    def _results(self) -> None:
        """Write what a real scheduler and another Airflow would have made of them."""
        examples, matrix = {}, {}
        for plan in plans(self.project):
            scenarios = {
                one.scenario: {
                    "recorded": one.signature,
                    "result": "same",
                    "state": "success",
                    "tasks": 1,
                    "differences": [
                        {"task": "", "map_index": -1, "recorded": "", "live": ""}
                        | {"reason": declared.reason}
                        for declared in plan.declared
                        if declared.scenario == one.scenario
                    ],
                }
                for one in plan.expected
            }
            examples[plan.item.id] = {
                "airflow": "3.3.2",
                "measured_on": "LocalExecutor, PostgreSQL",
                "seconds": 1.0,
                "source": plan.digest,
                "scenarios": scenarios,
            }
            matrix[plan.item.id] = {"source": plan.digest, "3.2.2": "passed"}
        parity = {"format": 1, "examples": examples}
        self.write("tests/parity.json", json.dumps(parity, indent=2))
        self.write("tests/matrix.json", json.dumps(matrix, indent=2))

    def _cut_links(self, name: str) -> None:
        """Keep the words of links to examples that are not in this tree."""
        folder = self.path(name).parent

        def words(found: re.Match[str]) -> str:
            return found[0] if (folder / found[2]).exists() else found[1]

        link = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
        self.write(name, link.sub(words, self.read(name)))

    def path(self, name: str) -> Path:
        """Return the file ``name``, relative to the root."""
        return self.project.root / name

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return self.path(name).read_text("utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file, and the folders it needs."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, "utf-8")

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace the first ``old`` by ``new`` and return its line."""
        text = self.read(name)
        before, found, after = text.partition(old)
        assert found, f"{name} no longer holds {old!r}"
        self.write(name, before + new + after)
        return before.count("\n") + 1

    def at_import(self, code: str, name: str | None = None) -> int:
        """Put ``code`` before the ``__main__`` block and return its last line."""
        mark = 'if __name__ == "__main__":'
        line = self.replace(name or self.dag, mark, f"{code}\n\n{mark}")
        return line + code.count("\n")

    def in_task(self, code: str) -> int:
        """Put a line of ``code`` first into the first task and return its line."""
        text = self.read(self.dag)
        found = re.search(
            r"^( *)@task\b.*\n *def .*:\n(?: +\"\"\".*\"\"\"\n)?", text, re.M
        )
        assert found, "the example has no @task any more"
        indent = found[1] + "    "
        self.write(
            self.dag, f"{text[: found.end()]}{indent}{code}\n{text[found.end() :]}"
        )
        return text.count("\n", 0, found.end()) + 1

    def line(self, name: str, words: str) -> int:
        """Return the line of ``name`` that holds ``words``."""
        for number, line in enumerate(self.read(name).splitlines(), 1):
            if words in line:
                return number
        raise AssertionError(f"{name} no longer holds {words!r}")

    def restamp(self, paths: ExamplePaths | None = None) -> None:
        """Make the recording fit the changed files, as a new recording would."""
        paths = paths or self.first
        data = recording.load(paths.recording)
        for key, path in (("source", paths.dag), ("tests", paths.test)):
            if path.is_file():
                data[key]["sha256"] = sha256(path)
        recording.save(paths.recording, data)

    def log(self, text: str) -> None:
        """Put a line into the log of the recording's first try, sealed again."""
        data = recording.load(self.first.recording)
        data["scenarios"]["default"]["tasks"][0]["tries"][0]["log"].append(text)
        recording.save(self.first.recording, data)

    def live(self, text: str, **header: object) -> str:
        """Give the first example a sealed recording of a real scheduler.

        Args:
            text: a line of its log.
            header: keys of the recording that are to be wrong.

        Returns:
            The place of the line, as messages name it.
        """
        paths = self.first
        paths.live_test.write_text("def test_it(live):\n    assert live\n")
        test = self._name(paths.live_test)
        scenario = {"kind": "live", "dag_id": paths.stem, "runs": [], "steps": []}
        data = {
            "id": "16.1.1",
            "airflow": "3.3.2",
            "source": {"path": self.dag, "sha256": sha256(paths.dag)},
            "tests": {
                "path": test,
                "sha256": sha256(paths.live_test),
                "passed": ["test_it"],
            },
            "scenarios": {"default": {**scenario, "values": {"log": text}}},
        }
        recording.save(paths.live_recording, {**data, **header})
        name = self._name(paths.live_recording)
        return f"{name}:{self.line(name, text)}" if not header else name
