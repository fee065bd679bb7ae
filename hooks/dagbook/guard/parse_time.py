"""Calls that are work: what a DAG file must not do while it is parsed."""

from __future__ import annotations

import ast
import re

from dagbook.guard.names import Names

_CLOCK = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today"
    r"|pendulum\.(now|today|tomorrow|yesterday|DateTime\.(now|utcnow|today))"
    r"|time\.(time|time_ns|localtime|gmtime|monotonic|perf_counter|ctime)"
    r"|airflow\.(sdk|utils)\.timezone\.utcnow|airflow\.utils\.dates\.days_ago"
)
_CHANCE = re.compile(
    r"random\.(?!Random$)\w+|secrets\.\w+|uuid\.uuid[14]|os\.urandom|numpy\.random\..*"
)
_NETWORK = re.compile(
    r"(requests|httpx)\.(get|post|put|patch|delete|head|options|request|stream"
    r"|Client|AsyncClient|Session|session)"
    r"|urllib\.request\.\w+|urllib3\..*|http\.client\.HTTPS?Connection|http\.server\.\w+"
    r"|socket\.\w+|socketserver\.\w+|smtplib\.\w+|ftplib\.\w+|ssl\.get_server_certificate"
)
_PROCESS = re.compile(
    r"subprocess\.(run|call|check_call|check_output|Popen|getoutput|getstatusoutput)"
    r"|os\.(system|popen|fork|exec\w+|spawn\w+|posix_spawnp?|kill|_exit|abort)"
    r"|sys\.exit|asyncio\.(run|create_subprocess_\w+)|multiprocessing\.\w+"
    r"|threading\.(Thread|Timer)|concurrent\.futures\.\w+Executor"
)
_FILES = re.compile(
    r"(builtins|io|codecs|gzip|bz2|lzma)\.open|os\.(open|mkdir|makedirs|listdir|scandir"
    r"|walk|remove|unlink|rename|replace|rmdir|stat|chdir)|os\.path\.(exists|isfile"
    r"|isdir|getsize|getmtime)|shutil\.\w+|glob\.i?glob|sqlite3\.connect"
    r"|tempfile\.(mkdtemp|mkstemp|NamedTemporaryFile|TemporaryDirectory|TemporaryFile)"
)
_PATH_METHODS = {
    *("read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "iterdir"),
    *("rglob", "unlink", "touch", "rmdir"),
}
_LOOKUP = re.compile(
    r"airflow\..*\b(Variable\.(get|set|delete|keys)|Connection\.(get|async_get"
    r"|get_connection_from_secrets)|BaseHook(\(\))?\.(get_connection|aget_connection"
    r"|get_hook))"
)
_ENVIRONMENT = re.compile(
    r"os\.(putenv|unsetenv|environ\.(update|setdefault|pop|clear))"
)
_WAIT = re.compile(r"(time|asyncio)\.sleep")

_KINDS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (_LOOKUP, "looks up a Variable or Connection", "look it up in a task"),
    (_ENVIRONMENT, "changes the environment", "set it where Airflow runs"),
    (_NETWORK, "uses the network", "do it in a task"),
    (_PROCESS, "starts or ends a process or thread", "do it in a task"),
    (_WAIT, "sleeps", "wait in a task, or better in a deferrable sensor"),
    (_CLOCK, "reads the clock", "write a fixed date; a task has the run's own dates"),
    (_CHANCE, "uses chance", "draw in a task, or seed a random.Random of your own"),
    (_FILES, "touches files", "do it in a task"),
)


def work(call: ast.Call, names: Names) -> tuple[str, str] | None:
    """Return what is wrong with ``call`` at import and what to do, or ``None``."""
    path = names.dotted(call.func)
    if path in ("random.Random", "random.seed"):
        if call.args or call.keywords:
            return None
        return f"uses chance while it is parsed: {path}()", "give it a seed"
    for pattern, what, remedy in _KINDS:
        if path and pattern.fullmatch(path):
            said = path.removeprefix("builtins.")
            return f"{what} while it is parsed: {said}()", remedy
    if isinstance(call.func, ast.Attribute):
        method = call.func.attr
        if method in _PATH_METHODS or (method == "open" and "Path" in path):
            what = f"touches files while it is parsed: .{method}()"
            return what, "do it in a task"
        if method == "get_connection":
            what = "looks up a Connection while it is parsed: .get_connection()"
            return what, "look it up in a task"
    return None


_CLI = re.compile(
    # Where a shell takes a word for a command, after assignments and what starts one.
    r"(?:^|[;&|(`\n]|\b(?:if|then|else|do|while|until)\s|!\s)\s*"
    r"(?:(?:\w+=\S*|env|exec|sudo|time|nohup|command|timeout\s+\S+|\S*python[\d.]*\s+-m)"
    r"\s+)*(?:\S*/)?airflow\s+(?:assets|backfill|connections|dags|db|jobs|pools"
    r"|scheduler|standalone|state-store|tasks|teams|variables)\b"
)
_QUOTED = re.compile(r"""(?<!-c\s)(["'])(?:(?!\1).)*\1""", re.DOTALL)
_SCRIPT = re.compile(r"""-c\s+(["'])((?:(?!\1).)*)\1""", re.DOTALL)
_COMMENT = re.compile(r"(^|\s)#.*")


def command_line(call: ast.Call, names: Names) -> bool:
    """Tell whether ``call`` starts the ``airflow`` command."""
    path = names.dotted(call.func)
    if re.fullmatch(r"(subprocess|os|asyncio|pty)\.\w+", path):
        first = [_value(argument, names) for argument in call.args]
        first += [_value(k.value, names) for k in call.keywords if k.arg == "args"]
        return any(_starts_airflow(value) for value in first)
    for keyword in call.keywords:
        if keyword.arg == "bash_command" and _shell(_value(keyword.value, names)):
            return True
    return False


def _value(node: ast.AST, names: Names) -> ast.AST:
    """Follow a name to the list or text that the file assigns to it."""
    if isinstance(node, ast.Name):
        for target, _ in names.targets(node):
            return target
    return node


def _starts_airflow(node: ast.AST) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        words = [getattr(n, "value", None) for n in node.elts[:4]]
        return "airflow" in words  # also [sys.executable, "-m", "airflow", …]
    return getattr(node, "value", None) == "airflow" or _shell(node)


def _shell(node: ast.AST) -> bool:
    texts = [
        n.value
        for n in ast.walk(node)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    return any(_calls_airflow(text) for text in texts)


def _calls_airflow(script: str) -> bool:
    """Tell whether a shell would start the command, not only read its name."""
    inner = [match[1] for match in _SCRIPT.findall(script)]
    plain = _COMMENT.sub("", _QUOTED.sub("''", script))
    return bool(_CLI.search(plain)) or any(_calls_airflow(text) for text in inner)
