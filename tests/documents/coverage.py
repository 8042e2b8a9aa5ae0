"""Writes ``docs/coverage.md``: which official operations are served, and what stands behind each.

``python -m tests.documents.coverage`` prints the page; ``make docs`` keeps it. Tests are counted by
reading them: a test counts for an operation when it, or a function of its module that it uses, calls
the operation's method and path. Clauses are counted by checking them.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract_tests.provider.server import Credentials, Server
from contract_tests.provider.suite import check_server
from contract_tests.runner import Plan
from contract_tests.transport import AsgiTransport, Raw, Request
from fake_iamport import Settings, create_app
from fake_iamport.errors import ApiError
from fake_iamport.operations import operations
from fake_iamport.operations.official import official_operations
from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET
from fake_iamport.wire.routing import Router

__all__ = ["page", "tests_by_operation"]

TESTS = Path(__file__).parents[1]
METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def page() -> str:
    """The whole page."""
    official = official_operations()
    tests = tests_by_operation()
    clauses = clauses_by_operation()
    served = {
        (operation.method, path) for operation in operations().values() for path in operation.paths
    }
    done = [each for each in official if (each.method, each.path) in served]
    rows = [
        f"| {each.tag} | `{each.method} {each.path}` | `{each.operation_id}` "
        f"| {'yes' if each in done else 'no'} "
        f"| {len(tests.get((each.method, each.path), ())) if each in done else ''} "
        f"| {len(clauses.get((each.method, each.path), ())) if each in done else ''} |"
        for each in official
    ]
    return "\n".join(
        [
            "# Coverage",
            "",
            f"The official description has {len(official)} operations; {len(done)} of them are served, "
            "statefully. Tests are those of",
            "this project that call the operation, clauses those of the [contract](contract.md) whose",
            "checks call it. `make docs` writes this page.",
            "",
            "| tag | operation | operationId | served | tests | clauses |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


class _Calls(AsgiTransport):
    """An emulator in this process that remembers which paths it was asked for."""

    def __init__(self) -> None:
        super().__init__(create_app(Settings(seed=0)))
        self.made: set[tuple[str, str]] = set()

    def send(self, request: Request) -> Raw:
        self.made.add((request.method, request.target))
        return super().send(request)


def clauses_by_operation() -> Mapping[tuple[str, str], set[str]]:
    """The provider clauses whose checks call each method and path of the official description."""
    router = Router(operations().values())
    found: dict[tuple[str, str], set[str]] = {}
    with _Calls() as transport:
        server = Server(transport, Credentials(PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET))
        for result in check_server(server, Plan(examples=1)):
            for method, called in transport.made:
                for official in _official_paths(router, method, called):
                    found.setdefault((method, official), set()).add(result.clause.id)
            transport.made.clear()
    return found


def tests_by_operation() -> Mapping[tuple[str, str], set[str]]:
    """The names of the tests that call each method and path of the official description."""
    router = Router(operations().values())
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        module = ast.parse(path.read_text("utf-8"))
        for name, calls in _calls_of_tests(module):
            for method, called in calls:
                for official in _official_paths(router, method, called):
                    found.setdefault((method, official), set()).add(f"{path.name}::{name}")
    return found


def _official_paths(router: Router, method: str, called: str) -> list[str]:
    try:
        operation, values = router.find(method, called.partition("?")[0])
    except ApiError:
        return []
    depth = _depth(called.partition("?")[0])
    official = {(each.method, each.path) for each in official_operations()}
    called_paths = [
        path
        for path in operation.paths
        if path.count("{") == len(values) and _depth(path) == depth and (method, path) in official
    ]
    return called_paths or [operation.path]


def _depth(path: str) -> int:
    return len([part for part in path.split("/") if part])


def _calls_of_tests(module: ast.Module) -> Iterator[tuple[str, set[tuple[str, str]]]]:
    constants = _constants(module)
    functions = {node.name: node for node in module.body if isinstance(node, Function)}
    for name, function in functions.items():
        if name.startswith("test_"):
            yield (
                name,
                {
                    call
                    for used in _used_functions(function, functions)
                    for node in ast.walk(used)
                    if isinstance(node, ast.Call)
                    for call in _http_calls(node, constants)
                },
            )


def _used_functions(function: Function, functions: Mapping[str, Function]) -> list[Function]:
    used, waiting = [], [function]
    while waiting:
        current = waiting.pop()
        used.append(current)
        names = {node.id for node in ast.walk(current) if isinstance(node, ast.Name)}
        names |= {argument.arg for argument in current.args.args}
        waiting += [each for name, each in functions.items() if name in names and each not in used]
    return used


def _http_calls(node: ast.Call, constants: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    texts = [_text(argument, constants) for argument in node.args[:2]]
    if len(texts) == 2 and texts[0] in METHODS and texts[1]:
        yield texts[0], texts[1]
    attribute = node.func.attr.upper() if isinstance(node.func, ast.Attribute) else ""
    if attribute in METHODS and texts and texts[0]:
        yield attribute, texts[0]


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    if isinstance(node, ast.BinOp):
        return _text(node.left, constants) + _text(node.right, constants)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, constants) or "x"
    return ""


def _constants(module: ast.Module) -> Mapping[str, str]:
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


if __name__ == "__main__":
    print(page(), end="")
