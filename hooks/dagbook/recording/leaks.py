"""Finds tokens, home folders and host names in the text of a recording."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence

from dagbook.recording.masks import BEARER, TOKEN

_FOLDERS = "home root Users tmp work var/folders private opt mnt".split()


# Names whose values Airflow hides too; "token" alone is in many harmless names.
_SECRETS = (
    "password passwd passphrase private_key api_key apikey access_key secret".split()
)


_KEYS = (
    *("AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "xoxb-", "xoxp-", "pypi-AgEI", "npm_", "sk_live_", "hf_"),
)


# A timestamp or version never looks like these, so a hit is a leak, not a nuisance.
# Plain words first: a text without any of them needs no search by the pattern.
LEAKS: list[tuple[str, Sequence[str], re.Pattern[str]]] = [
    ("a token", ("eyJ",), TOKEN),
    ("a bearer token", ("Bearer ",), BEARER),
    (
        "an absolute path",
        [f"/{folder}/" for folder in _FOLDERS],
        re.compile(rf"(?<![\w.:/<>~])/(?:{'|'.join(_FOLDERS)})/[\w.-]+"),
    ),
    (
        "a private key",
        ("PRIVATE KEY",),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ),
    (
        "a password in a URL",
        ("://",),
        re.compile(r"\b[a-z][a-z0-9+]*://[^\s/:@]+:[^\s/@<]{3,}@"),
    ),
    (
        "a secret in clear",
        _SECRETS,
        # One word: several are a sentence about a secret, or an example of one.
        re.compile(
            rf'"[\w.-]*(?:{"|".join(_SECRETS)})[\w.-]*\\*":\s*\\*"'
            r'(?!\*\*\*|<)[^"\\\s]{5,}\\*"'
        ),
    ),
    ("a cloud access key", _KEYS, re.compile(rf"\b(?:{'|'.join(_KEYS)})[\w-]{{10,}}")),
]


def leaks(text: str) -> list[str]:
    """Return what ``text`` gives away, in words; empty when it is clean."""
    found = [
        name
        for name, words, pattern in LEAKS
        if any(word in text for word in words) and pattern.search(text)
    ]
    host = socket.gethostname()
    if len(host) > 5 and host in text and re.search(rf"\b{re.escape(host)}\b", text):
        found.append("this machine's host name")
    return found


def leaking_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each line that gives something away, and what it is."""
    if not leaks(text):
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for leak in leaks(line):
            yield number, leak
