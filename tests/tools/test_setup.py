"""`make setup`: the right Python, in a venv of this very place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", "setup", *words],
        cwd=clone,
        text=True,
        capture_output=True,
    )


def venv(clone: Path, made_in: Path, python: str = sys.executable) -> None:
    folder = clone / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "dagbook").write_text(f"#!{made_in}/.venv/bin/python\n")
    (folder / "python").symlink_to(python)
    (clone / ".venv" / ".ready").touch()


def old(folder: Path) -> str:
    """Return a Python that is too old, such as Debian's."""
    python = folder / "python"
    python.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.11.2 && exit 0\nexit 1\n'
    )
    python.chmod(0o755)
    return str(python)


def test_an_old_python_is_refused_in_plain_words(clone: Path, tmp_path: Path) -> None:
    ended = make(clone, f"PYTHON={old(tmp_path)}")
    assert ended.returncode
    first, remedy, *_ = ended.stderr.splitlines()
    assert first == (
        "Python 3.11.5 or later is needed, up to 3.13; found: Python 3.11.2."
    )
    assert "make PYTHON=/path/to/python3.12" in remedy
    assert not (clone / ".venv").exists()


def test_no_python_is_refused_in_plain_words(clone: Path) -> None:
    ended = make(clone, "PYTHON=/nowhere/python")
    assert ended.returncode
    assert "found: none." in ended.stderr


def test_a_venv_of_this_place_stays(clone: Path) -> None:
    venv(clone, clone)
    assert "Nothing to be done" in make(clone, "--dry-run").stdout


def test_a_venv_of_another_place_is_made_anew(clone: Path, tmp_path: Path) -> None:
    venv(clone, tmp_path / "moved")
    assert 'test "" = good || { rm -rf .venv;' in make(clone, "--dry-run").stdout


def test_a_venv_of_an_old_python_is_made_anew(clone: Path, tmp_path: Path) -> None:
    venv(clone, clone, old(tmp_path))
    assert 'test "" = good || { rm -rf .venv;' in make(clone, "--dry-run").stdout
