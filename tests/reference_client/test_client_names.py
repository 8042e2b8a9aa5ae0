import ast
from pathlib import Path

import reference_client

PACKAGE = Path(reference_client.__file__).parent


def test_all_public_names_are_there_and_sorted_out() -> None:
    public = {name for name in vars(reference_client) if not name.startswith("_")}
    modules = {"merchant", "demo", "rehearsal"}
    assert public - modules == set(reference_client.__all__)


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    from reference_client import _errors

    drawn = _errors.__doc__ or ""
    for name in _errors.__all__:
        assert name in reference_client.__all__
        assert f" {name} " in f"{drawn.replace(chr(10), ' ')} "


def test_the_tree_is_drawn_as_it_grows() -> None:
    from reference_client import _errors

    lines = [line for line in (_errors.__doc__ or "").splitlines() if "──" in line]
    parents = ["IamportError"]
    for line in lines:
        stem, _, name = line.partition("── ")
        depth = 1 if stem.strip() in ("├", "└") and stem.index(stem.strip()) == 4 else 2
        error = getattr(_errors, name.split()[0])
        assert error.__bases__[0].__name__ == parents[depth - 1]
        parents[depth:] = [error.__name__]
    assert len(lines) == len(_errors.__all__) - 1


def test_modules_inside_are_private() -> None:
    allowed = {"__init__.py", "demo.py"}
    public = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("_")}
    assert public <= allowed


def test_the_client_never_imports_the_emulator() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.name == "demo.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.startswith("fake_iamport") for name in names), path


def test_both_clients_offer_the_same() -> None:
    def methods(client: type) -> set[str]:
        return {name for name in vars(client) if not name.startswith("_")}

    assert methods(reference_client.Iamport) - {"close"} == methods(
        reference_client.AsyncIamport
    ) - {"aclose"}
