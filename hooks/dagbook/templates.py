"""Fills the Jinja templates that lie beside the modules of a package."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment(package: str) -> Environment:
    """Return the environment of ``dagbook.<package>``, which escapes what it fills in.

    Args:
        package: a package with a folder ``templates``, such as ``views``.
    """
    return Environment(
        loader=PackageLoader(f"dagbook.{package}"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def fill(package: str, name: str, **values: object) -> str:
    """Return a template's text with ``values`` filled in.

    Args:
        package: the package that has the template.
        name: the template, such as ``header.html.jinja``.
        values: what the template names.

    Raises:
        jinja2.UndefinedError: the template names a value that is not given.
    """
    return environment(package).get_template(name).render(**values)
