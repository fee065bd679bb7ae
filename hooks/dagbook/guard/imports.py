"""Import paths: gone since Airflow 2, internal, or fit for an example."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import metadata

_STANDARD = "airflow.providers.standard"

_MOVED: tuple[tuple[str, str], ...] = (
    (
        r"airflow\.operators\.(dummy|dummy_operator)(\..*)?",
        f"{_STANDARD}.operators.empty",
    ),
    (r"airflow\.operators\.subdag(\..*)?", "airflow.sdk.task_group"),
    (r"airflow\.operators\.branch(\..*)?", "airflow.sdk.bases.branch"),
    (r"airflow\.operators\.(\w+?)(_operator)?(\..*)?", rf"{_STANDARD}.operators.\1"),
    (r"airflow\.sensors\.(base|base_sensor_operator)(\..*)?", "airflow.sdk"),
    (r"airflow\.sensors\.(\w+?)(_sensor)?(\..*)?", rf"{_STANDARD}.sensors.\1"),
    (r"airflow\.hooks\.(base|base_hook)(\..*)?", "airflow.sdk.BaseHook"),
    (r"airflow\.hooks\.(\w+)(\..*)?", rf"{_STANDARD}.hooks.\1"),
    (r"airflow\.(operators|sensors|hooks)", f"{_STANDARD}"),
    (r"airflow\.contrib(\..*)?", "the provider's package below airflow.providers"),
    (r"airflow\.decorators\.(dag|task|task_group|setup|teardown)", r"airflow.sdk.\1"),
    (r"airflow\.decorators(\..*)?", "airflow.sdk"),
    (r"airflow\.DAG", "airflow.sdk.DAG"),
    (r"airflow\.Dataset", "airflow.sdk.Asset"),
    (r"airflow\.(Asset|XComArg)", r"airflow.sdk.\1"),
    (r"airflow\.AirflowException", "airflow.sdk.exceptions.AirflowException"),
    (r"airflow\.datasets(\..*)?", "airflow.sdk.Asset"),
    (r"airflow\.models\.dag\.DAG", "airflow.sdk.DAG"),
    (r"airflow\.models\.(DAG|BaseOperator|BaseOperatorLink|Param)", r"airflow.sdk.\1"),
    (r"airflow\.models\.(Variable|Connection|XCom)", r"airflow.sdk.\1"),
    (r"airflow\.models\.variable(\..*)?", "airflow.sdk.Variable"),
    (r"airflow\.models\.connection(\..*)?", "airflow.sdk.Connection"),
    (
        r"airflow\.models\.baseoperator\.(chain|chain_linear|cross_downstream)",
        r"airflow.sdk.\1",
    ),
    (r"airflow\.models\.baseoperator(\..*)?", "airflow.sdk.BaseOperator"),
    (r"airflow\.models\.baseoperatorlink(\..*)?", "airflow.sdk.BaseOperatorLink"),
    (r"airflow\.models\.param(\..*)?", "airflow.sdk.Param"),
    (r"airflow\.models\.xcom_arg(\..*)?", "airflow.sdk.XComArg"),
    (r"airflow\.models\.taskmixin(\..*)?", "airflow.sdk"),
    (r"airflow\.utils\.task_group(\..*)?", "airflow.sdk.TaskGroup"),
    (r"airflow\.utils\.edgemodifier(\..*)?", "airflow.sdk.Label"),
    (r"airflow\.utils\.trigger_rule(\..*)?", "airflow.sdk.TriggerRule"),
    (r"airflow\.utils\.weight_rule(\..*)?", "airflow.sdk.WeightRule"),
    (r"airflow\.utils\.dates(\..*)?", "a fixed pendulum.datetime(...)"),
    (r"airflow\.utils\.timezone(\..*)?", "airflow.sdk.timezone"),
    (r"airflow\.utils\.helpers\.(chain|cross_downstream)", r"airflow.sdk.\1"),
    (r"airflow\.utils\.decorators(\..*)?", "airflow.sdk"),
    (r"airflow\.utils\.setup_teardown(\..*)?", "airflow.sdk.setup and .teardown"),
    (r"airflow\.utils\.context(\..*)?", "airflow.sdk.Context"),
    (r"airflow\.notifications(\..*)?", "airflow.sdk.BaseNotifier"),
    (r"airflow\.io(\..*)?", "airflow.sdk.ObjectStoragePath"),
    (r"airflow\.macros(\..*)?", "airflow.sdk.execution_time.macros"),
    (r"airflow\.lineage(\..*)?", "inlets and outlets of airflow.sdk"),
    (r"airflow\.timetables\.datasets(\..*)?", "airflow.sdk.AssetOrTimeSchedule"),
)
# Parts of the package `airflow`.
_ORM = (
    "models settings utils.session utils.db utils.db_cleanup utils.sqlalchemy "
    "api.common api.client dag_processing jobs cli"
).split()
_INTERNAL = "api_fastapi serialization executors migrations ti_deps".split()
_PUBLIC_AIRFLOW = (
    "sdk timetables triggers exceptions configuration plugins_manager task utils.state "
    "utils.types listeners partition_mappers version __version__"
).split()
_PUBLIC = {"airflow", "httpx", "pendulum", "jinja2", "requests"}


def below(path: str, prefix: str) -> bool:
    """Tell whether ``path`` is ``prefix`` or something in it."""
    return path == prefix or path.startswith((f"{prefix}.", f"{prefix}("))


def _part(path: str, parts: list[str]) -> bool:
    return any(below(path, f"airflow.{part}") for part in parts)


def replacement(path: str) -> str:
    """Return where an Airflow 2 path has moved to, ``""`` if it has not moved."""
    for pattern, target in _MOVED:
        if match := re.fullmatch(pattern, path):
            return match.expand(target)
    return ""


def database(path: str) -> bool:
    """Tell whether using ``path`` needs the metadata database."""
    return _part(path, _ORM)


def internal(path: str) -> bool:
    """Tell whether ``path`` is a part of Airflow that no task may rely on."""
    return _part(path, _INTERNAL)


def allowed(path: str, requires: tuple[str, ...], plugins: frozenset[str]) -> bool:
    """Tell whether an example may import ``path`` outside its ``__main__`` block.

    ``requires``: distributions of the page's front matter; ``plugins``: modules of
    ``dags/plugins``.
    """
    top = path.partition(".")[0]
    if top in sys.stdlib_module_names or top in plugins or path in _PUBLIC:
        return True
    if _part(path, _PUBLIC_AIRFLOW) or (top in _PUBLIC and top != "airflow"):
        return True
    for name in [*requires, *_brought_along()]:
        distribution = re.split(r"[\[<>=!~; ]", name, maxsplit=1)[0].lower()
        provider = distribution.removeprefix("apache-airflow-providers-")
        if provider != distribution:
            if below(path, f"airflow.providers.{provider.replace('-', '.')}"):
                return True
        elif distribution in _distributions().get(top, ()):
            return True
    return False


@cache
def _brought_along() -> tuple[str, ...]:
    """Return the providers that Airflow itself depends on."""
    needed = metadata.requires("apache-airflow-core") or []
    return tuple(
        name
        for name in needed
        if name.startswith("apache-airflow-providers-") and "extra ==" not in name
    )


@cache
def _distributions() -> dict[str, tuple[str, ...]]:
    found = metadata.packages_distributions()
    return {top: tuple(n.lower() for n in names) for top, names in found.items()}
