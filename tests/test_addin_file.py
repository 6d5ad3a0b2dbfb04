"""The add-in file and the macro workbook: same bytes, right modules, read back by olevba."""

import io
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from hashlib import sha256
from importlib import resources
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from pyopenvba import ExcelFile, check_file

from xl_tco.addin.package import (
    BASE,
    BASE_MODULES,
    addin_modules,
    book_modules,
    build_addin,
    with_macros,
    xlwings_version,
)
from xl_tco.errors import ExcelError, InputFileError
from xl_tco.functions import TABLE, Function
from xl_tco.hosts.vba_module import HELP_LIMIT, functions_module, help_module
from xl_tco.templates import build

with warnings.catch_warnings():  # olevba calls pyparsing by old names
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Parser

ADDIN = build_addin()
PLAIN_BOOK = build("hopper_vs_blackwell", "addin").content
BOOK = with_macros(PLAIN_BOOK)
MODULES = {**addin_modules(), **book_modules()}
FUNCTIONS = [pytest.param(function, id=function.name) for function in TABLE]
FILES = [
    pytest.param(ADDIN, addin_modules(), ".xlam", id="xlam"),
    pytest.param(BOOK, book_modules(), ".xlsm", id="xlsm"),
]
ARGUMENTS_LIMIT = 20  # that MacroOptions describes
LINE_LIMIT = 1000
CONTINUATIONS_LIMIT = 24
RESERVED_WORDS = """
    addressof alias and any as attribute base binary boolean byref byte byval call case cdate
    close const currency date debug decimal declare defdbl dim do double each else elseif empty end
    enum erase error event exit explicit false for friend function get global gosub goto if imp
    implements in input integer is let lib like line load lock long longlong longptr loop lset me
    mid mod name new next not nothing null object on open option optional or output paramarray
    preserve print private property public put raiseevent random read redim rem reset resume return
    rset seek select set single static step stop string sub text then time to true type unload
    until variant wend while width with withevents write xor"""
RESERVED = frozenset(RESERVED_WORDS.split())


def read_back(content: bytes, suffix: str) -> dict[str, str]:
    """The modules of a file as olevba finds them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = VBA_Parser(f"file{suffix}", data=content)
        found = [(name, text) for _, _, name, text in parser.extract_all_macros()]
        parser.close()
    return {name.partition(".")[0]: text for name, text in found}


def base_modules() -> dict[str, str]:
    return read_back(resources.files("xlwings").joinpath(BASE).read_bytes(), ".xlam")


def lines(source: str) -> Iterator[str]:
    """Logical lines: continued ones joined."""
    yield from re.sub(r" _\r?\n\s*", " ", source).splitlines()


def code(line: str) -> str:
    """A line without its strings and its comment; quotes must be balanced."""
    bare = re.sub(r'"(?:[^"]|"")*"', "S", line)
    bare = re.sub(r"'.*|^\s*Rem\s.*", "", bare)
    assert '"' not in bare, line
    return bare.strip()


BLOCKS = {
    r"(?:Public |Private )?(?:Function|Sub|Property)\b": r"End (?:Function|Sub|Property)$",
    r"If .* Then$": r"End If$",
    r"Select Case\b": r"End Select$",
    r"For\b": r"Next\b",
    r"Do\b": r"Loop\b",
    r"With\b": r"End With$",
    r"#If\b": r"#End If$",
}


def lint(source: str) -> None:
    """Blocks close in the order in which they opened; parentheses balance."""
    opened: list[str] = []
    for line in lines(source):
        bare = code(line)
        assert bare.count("(") == bare.count(")"), line
        for start, end in BLOCKS.items():
            if re.match(end, bare):
                assert opened, line
                assert opened.pop() == start, line
            elif re.match(start, bare):
                opened.append(start)
    assert opened == []


class TestBytes:
    """The same file from any machine, and nothing of any machine in it."""

    def test_twice(self) -> None:
        assert build_addin.__wrapped__() == ADDIN
        assert with_macros(PLAIN_BOOK) == BOOK

    @pytest.mark.parametrize(("seed", "zone"), [("1", "Asia/Tokyo"), ("77", "America/New_York")])
    def test_in_another_process(self, seed: str, zone: str, tmp_path: Path) -> None:
        program = (
            "import sys; from hashlib import sha256; from pathlib import Path;"
            "from xl_tco.addin.package import build_addin, with_macros;"
            "book = Path(sys.argv[1]).read_bytes();"
            "print(sha256(build_addin()).hexdigest(), sha256(with_macros(book)).hexdigest())"
        )
        book = tmp_path / "book.xlsx"
        book.write_bytes(PLAIN_BOOK)
        done = subprocess.run(
            [sys.executable, "-c", program, str(book)],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            encoding="utf-8",
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        )
        assert done.stdout.split() == [sha256(ADDIN).hexdigest(), sha256(BOOK).hexdigest()]

    @pytest.mark.parametrize(("content", "suffix"), [(ADDIN, ".xlam"), (BOOK, ".xlsm")])
    def test_no_path_and_no_person(self, content: bytes, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"file{suffix}"
        path.write_bytes(content)
        with ZipFile(path) as archive:
            texts = [archive.read(name) for name in archive.namelist()]
        with ExcelFile(path) as file:
            texts += [source.encode() for source in file.vba_modules().values()]
        for text in texts:
            for word in (
                "C:\\Users",
                "/home/",
                "Felix",
                sys.executable,
                str(Path(__file__).parent),
            ):
                assert word not in text.decode("utf-8", "replace")
                assert word.encode("utf-16-le") not in text

    @pytest.mark.parametrize(("content", "suffix"), [(ADDIN, ".xlam"), (BOOK, ".xlsm")])
    def test_sound(self, content: bytes, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"file{suffix}"
        path.write_bytes(content)
        report = check_file(path)
        assert report.complete
        assert report.issues == ()
        with ExcelFile(path) as file:
            assert file.validate() == []
            assert not file.vba_signature().present

    def test_stored_uncompressed_with_fixed_dates(self) -> None:
        with ZipFile(io.BytesIO(ADDIN)) as archive:
            assert archive.testzip() is None
            assert {info.compress_type for info in archive.infolist()} == {0}
            assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert archive.namelist()[0] == "[Content_Types].xml"

    def test_own_sheet_tells_version_and_licence(self) -> None:
        with ZipFile(io.BytesIO(ADDIN)) as archive:
            texts = archive.read("xl/sharedStrings.xml").decode()
            assert 'name="xl_tco"' in archive.read("xl/workbook.xml").decode()
        assert "Zoomer Analytics" in texts
        assert "Redistribution" in texts
        assert "Interpreter_Win" not in texts

    def test_licence_notice_is_that_of_xlwings(self) -> None:
        ours = resources.files("xl_tco.addin").joinpath("LICENSE-xlwings.txt").read_text("utf-8")
        assert "Copyright (C) 2014 - present, Zoomer Analytics GmbH." in ours
        assert "Neither the name of the copyright holder" in ours


class TestModules:
    """What olevba, an independent reader, finds."""

    @pytest.mark.parametrize(("content", "modules", "suffix"), FILES)
    def test_every_module_is_its_source(
        self, content: bytes, modules: dict[str, str], suffix: str
    ) -> None:
        found = read_back(content, suffix)
        base = base_modules()
        expected = {**modules, **{name: base[name] for name in BASE_MODULES}}
        documents = {name for name in found if re.fullmatch(r"ThisWorkbook|Sheet\d+", name)}
        assert set(found) - documents == set(expected)
        for name, source in expected.items():
            assert found[name].rstrip() == source.rstrip(), name
        for name in documents:
            assert all(
                line.startswith("Attribute ") for line in found[name].split("\n") if line.strip()
            )

    def test_documents_of_the_base_are_as_they_were(self) -> None:
        found, base = read_back(ADDIN, ".xlam"), base_modules()
        assert {name: found[name] for name in ("ThisWorkbook", "Sheet2")} == {
            name: base[name] for name in ("ThisWorkbook", "Sheet2")
        }

    def test_dll_version(self) -> None:
        assert f'"xlwings64-{xlwings_version()}.dll"' in base_modules()["xlwings"]

    @pytest.mark.parametrize("name", sorted(MODULES))
    def test_text(self, name: str) -> None:
        source = MODULES[name]
        assert source.startswith(f'Attribute VB_Name = "{name}"\r\n')
        assert source.isascii()
        assert source.count("\n") == source.count("\r\n") == source.count("\r")
        assert "\t" not in source
        assert max(map(len, source.splitlines())) <= LINE_LIMIT
        assert "Option Explicit" in source
        runs = re.findall(r"(?: _\r\n[^\r]*)+", source)
        assert all(run.count(" _\r\n") <= CONTINUATIONS_LIMIT for run in runs)
        assert not re.search(r"MsgBox|Volatile|InputBox", source)

    @pytest.mark.parametrize("name", sorted(MODULES))
    def test_syntax(self, name: str) -> None:
        lint(MODULES[name])

    @pytest.mark.parametrize(
        "fault",
        [
            "Sub A()\nIf x Then\nEnd Sub",
            "Function A(\nEnd Function",
            'x = "a',
            "Sub A()\nNext x\nEnd Sub",
        ],
    )
    def test_the_lint_sees_faults(self, fault: str) -> None:
        with pytest.raises(AssertionError):
            lint(fault)

    @pytest.mark.parametrize("name", sorted(MODULES))
    def test_procedures_called_exist(self, name: str) -> None:
        """Every name with our prefix is a module or a public procedure, once."""
        defined = {
            match
            for source in MODULES.values()
            for match in re.findall(r"^Public (?:Sub|Function) (\w+)", source, re.MULTILINE)
        } | set(MODULES)
        used = set(re.findall(r"\bXlTco\w+", "\n".join(map(code, lines(MODULES[name])))))
        assert used <= defined

    @pytest.mark.parametrize("modules", [addin_modules(), book_modules()], ids=["xlam", "xlsm"])
    def test_public_names_are_unique(self, modules: dict[str, str]) -> None:
        names = [
            match.lower()
            for source in [*modules.values(), *(base_modules()[name] for name in BASE_MODULES)]
            for match in re.findall(r"^ *(?:Public )?(?:Sub|Function) (\w+)", source, re.MULTILINE)
            if not source.startswith('Attribute VB_Name = "Dictionary"')
        ]
        assert [
            name for name in set(names) if name.startswith("xltco") and names.count(name) > 1
        ] == []
        worksheet = [function.worksheet_name.lower() for function in TABLE]
        assert all(names.count(name) == 1 for name in worksheet)

    def test_only_functions_of_the_table_show_in_cells(self) -> None:
        """Public functions of ours live in private modules, except those of the table."""
        for name, source in MODULES.items():
            functions = set(re.findall(r"^Public Function (\w+)", source, re.MULTILINE))
            if "Option Private Module" not in source:
                assert functions <= {function.worksheet_name for function in TABLE}, name


class TestWrappers:
    """One wrapper and one help text per function of the table."""

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_signature_and_order(self, function: Function) -> None:
        name = function.worksheet_name
        match = re.search(
            rf"^Public Function {name}\((.*)\) As Variant\n(?:Attribute .*\n)+"
            rf'    {name} = XlTcoCall\("{name}"(.*)\)\nEnd Function$',
            functions_module(),
            re.MULTILINE,
        )
        assert match
        names = [argument.name for argument in function.arguments]
        assert match[2] == "".join(f", {name}" for name in names)
        assert [item for item in match[1].split(", ") if item] == [
            ("" if argument.default is None else "Optional ") + f"{argument.name} As Variant"
            for argument in function.arguments
        ]

    def test_nothing_but_the_table(self) -> None:
        found = re.findall(r"^Public Function (\w+)", functions_module(), re.MULTILINE)
        assert found == [function.worksheet_name for function in TABLE]
        help_names = re.findall(r'names & "(\w+) "', help_module())
        assert help_names == found

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_names_are_allowed(self, function: Function) -> None:
        names = [argument.name for argument in function.arguments]
        assert not {*names, function.name} & RESERVED
        assert function.name not in names
        assert len(set(names)) == len(names) <= ARGUMENTS_LIMIT
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", function.worksheet_name)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_help(self, function: Function) -> None:
        call = next(
            line for line in lines(help_module()) if f'"{function.worksheet_name}",' in line
        )
        texts = [text.replace('""', '"') for text in re.findall(r'"((?:[^"]|"")*)"', call)]
        assert texts[1] == function.help
        assert texts[3:] == [argument.help for argument in function.arguments]
        assert all(len(text) <= HELP_LIMIT for text in texts)

    def test_long_and_foreign_help_is_cut_and_ascii(self) -> None:
        def odd(x: float) -> float:
            raise NotImplementedError

        odd.__doc__ = 'Say "µ"\t' + "x" * 400
        odd.__annotations__ = TABLE[0].formula.__annotations__ | {
            "x": next(iter(TABLE[0].formula.__annotations__.values()))
        }
        text = help_module([Function.of(odd)])
        assert text.isascii()
        assert 'Say ""?"" xxx' in text
        lint(text)
        lint(functions_module([Function.of(odd)]))
        assert all(
            len(found.replace('""', '"')) <= HELP_LIMIT
            for found in re.findall(r'"((?:[^"]|"")*)"', text)
        )

    def test_every_error_becomes_a_real_one(self) -> None:
        found = dict(
            re.findall(r'Case "([^"]+)": CellError = CVErr\((\d+)\)', MODULES["XlTcoCells"])
        )
        assert set(found) == {error.value for error in ExcelError}
        assert found["#NUM!"] == "2036"
        assert found["#VALUE!"] == "2015"
        assert found["#N/A"] == "2042"
        assert len(set(found.values())) == len(found)


class TestMacroWorkbook:
    """An .xlsx of the addin flavour that became an .xlsm."""

    def test_cells_are_as_before(self) -> None:
        before = openpyxl.load_workbook(io.BytesIO(PLAIN_BOOK))
        after = openpyxl.load_workbook(io.BytesIO(BOOK), keep_vba=True)
        assert after.sheetnames == before.sheetnames
        calls = 0
        for sheet in before.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    other = after[sheet.title][cell.coordinate]
                    values = [getattr(one.value, "text", one.value) for one in (cell, other)]
                    assert values[0] == values[1]
                    calls += "COST_PER_MTOK(" in str(values[0])
        assert calls
        assert {sheet.sheet_properties.codeName for sheet in after.worksheets} == {
            f"Sheet{number}" for number in range(1, len(after.worksheets) + 1)
        }

    def test_content_type(self) -> None:
        with ZipFile(io.BytesIO(BOOK)) as archive:
            types = archive.read("[Content_Types].xml").decode()
            assert "xl/vbaProject.bin" in archive.namelist()
        assert "application/vnd.ms-excel.sheet.macroEnabled.main+xml" in types
        assert "spreadsheetml.sheet.main+xml" not in types
        assert "application/vnd.ms-office.vbaProject" in types

    def test_never_with_lambda_names(self) -> None:
        with pytest.raises(InputFileError, match="LAMBDA name"):
            with_macros(build("hopper_hgx_h200", "lambda").content)

    @pytest.mark.parametrize(
        "content", [b"", b"PK", BOOK, ADDIN], ids=["empty", "torn", "xlsm", "xlam"]
    )
    def test_nothing_else(self, content: bytes) -> None:
        with pytest.raises(InputFileError, match="macros go into an"):
            with_macros(content)
