"""Writes the generated pages: inside MkDocs through gen-files, alone into a folder.

``python hooks/gen_files.py FOLDER`` needs no MkDocs, and leaves the composed Markdown,
the example files and the recordings in FOLDER.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dagbook.checks import configuration, rules
from dagbook.problems import DagbookError
from dagbook.project import Project
from dagbook.site import build as site

PAGES = {rules.PAGE: rules.page()}


def _to_mkdocs(path: str, text: str, edit: str | None) -> None:
    import mkdocs_gen_files

    with mkdocs_gen_files.open(path, "w") as file:
        file.write(text)
    mkdocs_gen_files.set_edit_path(path, f"../{edit}" if edit else None)


def main() -> None:
    """Write into the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python hooks/gen_files.py FOLDER")
    try:
        site.write(Project.find(), site.to_folder(Path(sys.argv[1])), PAGES)
    except DagbookError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
else:
    if found := configuration.faults(Project.find()):
        raise DagbookError(found)  # without the hook nothing else would say so
    site.write(Project.find(), _to_mkdocs, PAGES)
