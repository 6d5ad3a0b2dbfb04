"""What a function call may load and touch, and what the kernel and the hosts may contain."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import xl_tco
from xl_tco.functions import TABLE

PACKAGE = Path(xl_tco.__file__).parent
KERNEL_FILES = sorted((PACKAGE / "kernel").glob("*.py"))
LOOKUP_FILES = sorted((PACKAGE / "lookups").glob("*.py"))
HOST_FILES = sorted((PACKAGE / "hosts").glob("*.py"))

HEAVY = {
    "numpy", "pandas", "pydantic", "openpyxl", "lxml", "xlwings", "formualizer", "typer", "rich",
}  # fmt: skip
# Nothing heavy, and nothing that does input or output.
KERNEL_MAY_IMPORT = {"annotated_types", "collections.abc", "dataclasses", "typing", "math"}
LOOKUPS_MAY_IMPORT = {"annotated_types", "collections.abc", "datetime", "math", "typing"}
RECORDS_MAY_IMPORT = {
    *("collections.abc", "dataclasses", "datetime", "enum", "functools", "importlib.resources"),
    *("re", "tomllib", "typing"),
}


def run(program: str) -> str:
    """Run a program in a fresh interpreter; what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that a statement brings into a fresh interpreter."""
    names = run(f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')").splitlines()
    return {name.partition(".")[0] for name in names}


def test_python_functions_load_nothing_heavy() -> None:
    loaded = loaded_by(
        "import xl_tco, xl_tco.kernel, xl_tco.functions, xl_tco.calls, xl_tco.cells\n"
        "xl_tco.cost_per_mtok(1.41, 93.25)"
    )
    assert "xl_tco" in loaded
    assert loaded & HEAVY == set()


def test_catalog_and_lookups_load_nothing_heavy() -> None:
    loaded = loaded_by(
        "from xl_tco import lookups\n"
        "from xl_tco.catalog.records import all_figures, in_force\n"
        "from xl_tco.functions import TABLE\n"
        "from xl_tco.cells import evaluate_cells\n"
        "assert all_figures()\n"
        "for function in TABLE:\n"
        "    evaluate_cells(function, [1.0] * len(function.arguments))\n"
        "lookups.platform_figure('h200', 'kw_per_gpu', 'it', '2026-07')\n"
        "lookups.compare([*lookups.platforms()])"
    )
    assert loaded & HEAVY == set()


def test_tables_in_python_load_pandas_when_asked() -> None:
    assert "pandas" not in loaded_by("import xl_tco, xl_tco.lookups")
    assert "pandas" in loaded_by("import xl_tco\nxl_tco.platforms()")


def test_worksheet_functions_load_nothing_heavy_but_xlwings() -> None:
    loaded = loaded_by("import xl_tco.udfs\nxl_tco.udfs.COST_PER_MTOK(1.41, 93.25)")
    assert "xlwings" in loaded
    assert loaded & HEAVY <= loaded_by("import xlwings") & HEAVY
    assert loaded & {"pydantic", "openpyxl", "lxml", "formualizer"} == set()


def imported_modules(file: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


@pytest.mark.parametrize("file", KERNEL_FILES, ids=lambda file: file.stem)
def test_kernel_imports_nothing_but_itself_and_types(file: Path) -> None:
    others = {
        name for name in imported_modules(file) if name.split(".")[:2] != ["xl_tco", "kernel"]
    }
    assert others <= KERNEL_MAY_IMPORT


@pytest.mark.parametrize("file", LOOKUP_FILES, ids=lambda file: file.stem)
def test_lookups_import_nothing_but_the_package(file: Path) -> None:
    others = {name for name in imported_modules(file) if name.partition(".")[0] != "xl_tco"}
    assert others <= LOOKUPS_MAY_IMPORT


def test_catalog_records_import_nothing_but_the_standard_library() -> None:
    found = imported_modules(PACKAGE / "catalog" / "records.py")
    assert found - {"xl_tco.errors"} <= RECORDS_MAY_IMPORT


def test_only_frames_import_pandas() -> None:
    files = {file for file in PACKAGE.rglob("*.py") if "pandas" in imported_modules(file)}
    assert files == {PACKAGE / "hosts" / "frames.py", PACKAGE / "measurements" / "frontier.py"}


@pytest.mark.parametrize("file", HOST_FILES, ids=lambda file: file.stem)
def test_hosts_do_not_import_formulas(file: Path) -> None:
    """A host reaches a formula through the table of functions only."""
    assert not {name for name in imported_modules(file) if name.startswith("xl_tco.kernel")}


def _is_text_or_list(node: ast.AST) -> bool:
    match node:
        case (
            ast.Constant(value=str()) | ast.JoinedStr() | ast.List() | ast.ListComp() | ast.Tuple()
        ):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _is_text_or_list(body) and _is_text_or_list(orelse)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult(), right=right):
            return _is_text_or_list(left) or _is_text_or_list(right)
    return False


def _is_count(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="len")) | ast.Constant(value=0 | 1):
            return True
    return False


def arithmetic_on_numbers(source: str) -> list[str]:
    """Arithmetic in a source text but for joining texts and lists, and counting with ``len``.

    Allowed: ``+`` and ``*`` with a text or list literal on one side; ``+`` and ``-`` with
    ``len(...)``, 0 or 1 on one side; ``|`` and ``&``, which serve types and sets.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.BinOp(op=ast.BitOr() | ast.BitAnd())
                | ast.AugAssign(op=ast.BitOr() | ast.BitAnd())
            ):
                continue
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult(), right=right) if _is_text_or_list(
                left
            ) or _is_text_or_list(right):
                continue
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right) if _is_count(
                left
            ) or _is_count(right):
                continue
            case ast.AugAssign(op=ast.Add(), value=value) if _is_text_or_list(value) or _is_count(
                value
            ):
                continue
            case ast.BinOp() | ast.AugAssign():
                found.append(ast.unparse(node))
            case ast.Constant(value=float()):
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("file", HOST_FILES, ids=lambda file: file.stem)
def test_hosts_hold_no_arithmetic(file: Path) -> None:
    assert arithmetic_on_numbers(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", ["a / b", "a * 1000", "a ** 2", "a - b", "x *= y", "x = 8.76"])
def test_the_rule_finds_arithmetic(source: str) -> None:
    assert arithmetic_on_numbers(source)


@pytest.mark.parametrize(
    "source",
    ["'a' + b", "[None] * n", "len(a) - len(b)", "i + 1", "a | b", "a += [i for i in b]", "a |= b"],
)
def test_the_rule_lets_texts_and_counts_be(source: str) -> None:
    assert not arithmetic_on_numbers(source)


NO_SOCKETS = """
import sys
import xl_tco
from xl_tco import udfs
from xl_tco.functions import TABLE

def forbid(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"a call touched the network: {event}")

sys.addaudithook(forbid)
for function in TABLE:
    call = getattr(udfs, function.worksheet_name)
    for value in (1.0, [[1.0], [2.0]], "text", None, "#N/A", -1.0):
        call(*[value] * len(function.arguments))
    print(function.name)
udfs.PLATFORM_FIGURE("h200", "kw_per_gpu", "it", "2026-07")
table = [["cost_per_gpu_hour", "tokens_per_second_per_gpu"], [1.41, 93.25]]
udfs.COMPARE(table)
xl_tco.compare(xl_tco.platforms())
"""


def test_a_call_opens_no_socket() -> None:
    assert run(NO_SOCKETS).split() == [function.name for function in TABLE]


def test_the_watch_on_sockets_works() -> None:
    program = NO_SOCKETS + "\nimport socket\nsocket.socket()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "touched the network: socket." in done.stderr
