"""Where things are: every path follows from the root and an item's file name."""

from __future__ import annotations

import atexit
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile


@dataclass(frozen=True)
class Project:
    """The folders of a checkout; ``root`` (absolute) holds ``mkdocs.yml``."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project around ``start`` (default: the working folder).

        ``DAGBOOK_ROOT`` in the environment wins over the search.

        Raises:
            FileNotFoundError: no folder above ``start`` holds ``docs/spec``.
        """
        if forced := os.environ.get("DAGBOOK_ROOT"):
            return cls(Path(forced).resolve())
        here = (start or Path.cwd()).resolve()
        for folder in [here, *here.parents]:
            if (folder / "docs" / "spec").is_dir():
                return cls(folder)
        raise FileNotFoundError(
            f"no docs/spec in {here.name} or above — run dagbook inside the checkout"
        )

    @property
    def docs(self) -> Path:
        """The pages."""
        return self.root / "docs"

    @property
    def dags(self) -> Path:
        """The example files."""
        return self.root / "dags"

    @property
    def tests(self) -> Path:
        """Tests and recordings."""
        return self.root / "tests"

    @property
    def spec(self) -> Path:
        """The checklists, the contract in its own format."""
        return self.root / "docs" / "spec"

    @cached_property
    def cache(self) -> Path:
        """Everything that can be made again; never committed.

        Where nobody may write, it lasts as long as the process.
        """
        return _cache(self.root / ".cache" / "dagbook")

    def example(self, folder: str, stem: str) -> ExamplePaths:
        """Return the files of the example ``stem`` in ``folder``."""
        return ExamplePaths(self, folder, stem)

    def tested_by(self, module: Path, ending: str = "") -> ExamplePaths | None:
        """Return the example whose test module has this path and ``ending``, if any."""
        match = re.fullmatch(rf"test_(\d+_\d+_\d+_\w+){ending}\.py", module.name)
        if not match or self.tests not in module.parents:
            return None
        folder = module.parent.relative_to(self.tests).as_posix()
        return self.example(folder, match[1])

    def dag_files(self) -> Iterator[Path]:
        """Yield every DAG file in a stable order, without plugins and hidden files."""
        for path in sorted(self.dags.rglob("*.py")):
            inside = path.relative_to(self.dags).parts
            hidden = "plugins" in inside or path.name.startswith(".")
            if not hidden and path.is_file():
                yield path

    def pages(self, folder: str = "") -> Iterator[Path]:
        """Yield every page as it is edited, below ``folder`` of ``docs``, in order.

        What begins with a dot is no page: editors leave locks and drafts beside one.
        """
        # Asked for with every fence: walking is ten times as fast as a glob.
        yield from sorted(
            Path(place, name)
            for place, _, names in os.walk(self.docs / folder)
            for name in names
            if name.endswith(".md") and not name.startswith(".")
        )

    def relative(self, path: Path) -> str:
        """Return ``path`` relative to the root, with forward slashes."""
        if path.is_relative_to(self.root) and ".." not in path.parts:
            return path.relative_to(self.root).as_posix()
        return path.resolve().relative_to(self.root.resolve()).as_posix()


@lru_cache
def _cache(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        what = f".cache/dagbook: cannot be written: {why}, so nothing is kept there"
        print(f"{what} — make it yours, or remove .cache", file=sys.stderr)
        made = TemporaryDirectory(prefix="dagbook-cache-")
        atexit.register(made.cleanup)
        return Path(made.name)


@dataclass(frozen=True)
class ExamplePaths:
    """The files of one example, all derived from one name."""

    project: Project
    folder: str
    stem: str

    @cached_property
    def dag(self) -> Path:
        """The file that readers copy."""
        return self.project.dags / self.folder / f"{self.stem}.py"

    @cached_property
    def page(self) -> Path:
        """The page as it is edited."""
        return self.project.docs / self.folder / f"{self.stem}.md"

    @cached_property
    def test(self) -> Path:
        """The test module."""
        return self.project.tests / self.folder / f"test_{self.stem}.py"

    @cached_property
    def live_test(self) -> Path:
        """The test module of the scenarios on a real scheduler."""
        return self.test.with_name(f"test_{self.stem}_live.py")

    @cached_property
    def recording(self) -> Path:
        """What happened under ``dag.test()``, all scenarios."""
        return self.project.tests / self.folder / f"{self.stem}.json"

    @cached_property
    def live_recording(self) -> Path:
        """What happened on a real scheduler, all scenarios."""
        return self.project.tests / self.folder / f"{self.stem}.live.json"
