"""Imports run one way: each layer imports only itself and those below it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import textrepair

PACKAGE = Path(__file__).parents[1] / "textrepair"

# From the ground up; what stands on one line doesn't import each other.
LAYERS = [
    ["lazy", "columns", "fields", "workers", "extras", "interrupts"],
    ["whole_file"],
    ["compiled", "intrinsics"],
    ["plain_words"],
    ["patch", "overlap", "tokens", "pieces", "terms", "word_class"],
    ["model"],
    ["reference"],
    ["detector"],
    ["repair"],
    ["writer", "corpus", "evaluation"],
    ["learning", "breakdown", "rendering"],
    ["batch", "stream"],
    ["integrations"],
    ["review"],
    ["cli"],
    ["__main__"],
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and layers of what a module of the package imports from it, type checking included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "textrepair" and len(parts) > 1 and parts[1] != "__version__":
                yield node.lineno, parts[1]


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = layer(path)
    assert own in LEVEL, f"{own} has no place among the layers"
    for line, other in imported(path):
        assert other in LEVEL, f"{path}:{line}: {other} has no place among the layers"
        assert other == own or LEVEL[other] < LEVEL[own], f"{path}:{line}: {own} imports {other}"


def test_no_module_needs_itself() -> None:
    """Within a layer too, imports inside functions and for types included."""
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in modules()}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    needs: dict[str, set[str]] = {}
    for name, path in names.items():
        imports = [
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
        ]
        found = {
            whole if (whole := f"{node.module}.{alias.name}") in names else node.module or ""
            for node in imports
            for alias in node.names
        }
        needs[name] = found & names.keys() - {name}
    TopologicalSorter(needs).prepare()


def test_formats_are_not_known_to_what_makes_repairs() -> None:
    """The test above sees what it should: the command line imports writers, and a model imports no detector."""
    assert "writer" in {other for path in modules() if layer(path) == "cli" for _, other in imported(path)}
    assert "detector" not in {
        other for path in modules() if layer(path) == "model" for _, other in imported(path)
    }


@pytest.mark.parametrize("package", ["model", "detector"])
def test_a_package_tells_what_is_in_it(package: str) -> None:
    text = ast.get_docstring(ast.parse((PACKAGE / package / "__init__.py").read_text(encoding="utf-8")))
    names = {
        path.stem
        for path in (PACKAGE / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {name for name in names - {"__init__"} if f"``{name}``" not in (text or "")} == set()


def test_every_folder_is_a_package() -> None:
    """setuptools leaves out, without a word, what has no ``__init__.py``."""
    folders = {path.parent for path in modules()}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_importing_the_package_loads_nothing() -> None:
    code = "import sys, textrepair; print([name for name in sys.modules if name.startswith('textrepair.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_public_names_are_there() -> None:
    for name in textrepair.__all__:
        assert getattr(textrepair, name) is not None
    assert set(textrepair.__all__) <= set(dir(textrepair))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        textrepair.nothing  # noqa: B018
