"""Fills the Jinja templates that lie beside the modules of a package.

The name says the language, and with it the escaping: ``run.html.jinja``,
``find.md.jinja``; ``dag.py.jinja`` has none. Inside backticks of Markdown write
``| safe``.
"""

from __future__ import annotations

import html
import re
from collections import ChainMap
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_Filter = TypeVar("_Filter", bound=Callable[..., Any])
_FILTERS: dict[str, Callable[..., Any]] = {}
# Marks that Markdown or one of the site's extensions gives a meaning to. As character
# references they are read as themselves, inside tables and inline HTML too.
_MARKS = re.compile(r"[\\`*_\[\](){}|#~^=!:+$@]")


def filters(function: _Filter) -> _Filter:
    """Make a function a filter of every template, under its own name."""
    _FILTERS[function.__name__] = function
    return function


class _Environment(Environment):
    """An environment in which ``run.values`` is what a recording has under that key."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)


def markdown(raw: object) -> Markup:
    """Return text as one line that Markdown leaves alone; ``Markup`` stays."""
    if isinstance(raw, Markup):
        return raw
    line = html.escape(re.sub(r"\s+", " ", str(raw)), quote=False)
    return Markup(_MARKS.sub(lambda mark: f"&#{ord(mark[0])};", line))


@cache
def environment(package: str, language: str) -> Environment:
    """Return the environment of a package for ``html``, ``md`` or ``py``."""
    made = _Environment(
        loader=PackageLoader(f"dagbook.{package}"),
        autoescape=language != "py",
        auto_reload=False,
        finalize=markdown if language == "md" else None,
        keep_trailing_newline=language != "html",
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    # Not copied: a module that defines a filter may be imported later.
    made.filters = ChainMap(_FILTERS, made.filters)  # type: ignore[assignment]
    return made


def fill(package: str, name: str, **values: object) -> Markup:
    """Return a template's text with ``values`` filled in.

    Raises:
        jinja2.UndefinedError: the template names a value that is not given.
    """
    language = name.split(".")[-2]
    return Markup(environment(package, language).get_template(name).render(**values))


class Macros:
    """A template of macros, each of them a function that returns its text."""

    def __init__(self, package: str, name: str) -> None:
        self._place = (package, name)

    def __getattr__(self, macro: str) -> Callable[..., Markup]:
        return getattr(_module(*self._place), macro)


@cache
def _module(package: str, name: str) -> object:
    return environment(package, name.split(".")[-2]).get_template(name).module
