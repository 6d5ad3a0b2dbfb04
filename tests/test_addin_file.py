"""The add-in file and the macro workbook: same bytes, right modules, read back by olevba."""

import io
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version as xlwings_version
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openxml_audit import FileFormat, OpenXmlValidator
from pyopenvba import ExcelFile, check_file
from pyvbaanalysis import DiagnosticSeverity, analyze_office_file

from xl_tco import __version__
from xl_tco.addin.bridge import bridge_version, library_name
from xl_tco.addin.package import addin_modules, book_modules, build_addin, with_macros
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


def lines(source: str) -> Iterator[str]:
    """Logical lines: continued ones joined."""
    yield from re.sub(r" _\r?\n\s*", " ", source).splitlines()


def code(line: str) -> str:
    """A line without its strings and its comment; quotes must be balanced."""
    bare = re.sub(r'"(?:[^"]|"")*"', "S", line)
    bare = re.sub(r"'.*|^\s*Rem\s.*", "", bare)
    assert '"' not in bare, line
    return bare.strip()


PROCEDURE = re.compile(
    r"^[ \t]*(?:(?:Public|Private|Friend|Static)[ \t]+)*(?:Declare[ \t]+(?:PtrSafe[ \t]+)?)?"
    r"(?:Sub|Function|Property[ \t]+\w+)[ \t]+(\w+)",
    re.MULTILINE | re.IGNORECASE,
)
OFFERED = {
    "XlTcoCall",
    "XlTcoPython",
    "XlTcoStart",
    "XlTcoOpen",
    "XlTcoClose",
    "XlTcoMacro",
    "XlTcoNames",
    "XlTcoDescribe",
    "XlTcoReenter",
    "XlTcoReentered",
    "XlTcoIsPlain",
    "StartPython",
}
# Ways in which VBA starts programs, runs text as code, or changes files.
DOORS = re.compile(
    r"\b(?:Shell|WScript|CreateObject|GetObject|Declare|CallByName|Run|RunAutoMacros|Evaluate|"
    r"ExecuteExcel4Macro|OnTime|OnKey|OnAction|SendKeys|FollowHyperlink|Open|Kill|FileCopy|"
    r"Name \w+ As|MkDir|RmDir|SetAttr|ChDir|Put|Write|Print|VBProject|VBE|DDEInitiate|"
    r"RegisterXLL|AddFromFile|"
    r"SaveAs|SaveCopyAs|Workbooks\.Open|Environ|MacroOptions)\b|\[",
    re.IGNORECASE,
)
DOORS_IN_USE = {
    ("XlTcoServer", "declare"),  # LoadLibraryA, and the bridge itself
    ("XlTcoServer", "open"),  # the settings, For Input
    ("XlTcoServer", "environ"),  # where they are
    ("XlTcoOpening", "ontime"),  # Python's start in idle time
    ("XlTcoHelp", "macrooptions"),
}
# The bridge's library and the settings file are opened; the rest are words of help texts and of
# identifiers, which olevba finds in any long project.
SUSPICIOUS = {
    *("environ", "open", "lib", "chr", "chrw", "loadlibrarya", "hex strings"),
    *("command", "output", "call", "base64 strings", "register"),
}


def as_workbook(addin: bytes) -> bytes:
    """The add-in under a workbook's content type: openpyxl reads no add-ins."""
    content = io.BytesIO()
    with ZipFile(io.BytesIO(addin)) as archive, ZipFile(content, "w") as made:
        for name in archive.namelist():
            part = archive.read(name).replace(
                b"excel.addin.macroEnabled", b"excel.sheet.macroEnabled"
            )
            made.writestr(name, part)
    return content.getvalue()


def is_document(source: str) -> bool:
    """A module of the workbook or of a sheet, whose procedures no cell can call."""
    return bool(re.search(r'VB_Base = "0\{0002082[01]|VB_Base = "0\{00020819', source))


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
                "William",
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

    def test_the_parts_are_as_the_standard_has_them(self, tmp_path: Path) -> None:
        path = tmp_path / "file.xlam"
        path.write_bytes(ADDIN)
        auditor = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0)
        found = [error.description for error in auditor.validate(path).errors]
        # Texts stand in the cells; Excel takes both forms.
        assert [words for words in found if "inline-string cell(s)" not in words] == []

    def test_stored_uncompressed_with_fixed_dates(self) -> None:
        with ZipFile(io.BytesIO(ADDIN)) as archive:
            assert archive.testzip() is None
            assert {info.compress_type for info in archive.infolist()} == {0}
            assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert archive.namelist()[0] == "[Content_Types].xml"

    def test_own_sheet_tells_what_it_is(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(as_workbook(ADDIN)))
        assert book.sheetnames == ["xl_tco"]
        (first, *_), *others = book["xl_tco"].iter_rows(values_only=True)
        assert first == f"xl_tco {__version__}: AI token economics as Excel functions. MIT licence."
        assert "addin.conf" in str(others)
        assert book.properties.creator == f"xl_tco {__version__}"

    def test_excel_takes_it_for_an_addin(self) -> None:
        with ZipFile(io.BytesIO(ADDIN)) as archive:
            types = archive.read("[Content_Types].xml").decode()
        assert 'PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.addin' in types

    def test_nothing_of_others_by_name(self) -> None:
        """No part, and no module, that names another project as its origin."""
        for content in (ADDIN, BOOK):
            with ZipFile(io.BytesIO(content)) as archive:
                texts = b"".join(archive.read(name) for name in archive.namelist())
            for word in (b"Zoomer", b"Zumstein", b"RunPython", b"VBA-Dictionary"):
                assert word not in texts


class TestModules:
    """What olevba, an independent reader, finds."""

    @pytest.mark.parametrize(("content", "modules", "suffix"), FILES)
    def test_every_module_is_its_source(
        self, content: bytes, modules: dict[str, str], suffix: str
    ) -> None:
        found = read_back(content, suffix)
        sheets = {name for name in found if re.fullmatch(r"Sheet\d+", name)}
        assert set(found) - sheets == set(modules)
        for name, source in modules.items():
            assert found[name].rstrip() == source.rstrip(), name
        for name in sheets:
            assert all(
                line.startswith("Attribute ") for line in found[name].split("\n") if line.strip()
            )

    @pytest.mark.parametrize(("content", "modules", "suffix"), FILES)
    def test_no_finding_of_an_analyser(
        self, content: bytes, modules: dict[str, str], suffix: str, tmp_path: Path
    ) -> None:
        path = tmp_path / f"file{suffix}"
        path.write_bytes(content)
        found = analyze_office_file(path)
        assert set(found) >= set(modules)
        faults = [
            (name, item.message)
            for name, items in found.items()
            for item in items
            if item.severity is not DiagnosticSeverity.INFORMATION
        ]
        assert faults == []

    def test_the_library_is_that_of_the_installed_xlwings(self) -> None:
        assert bridge_version() == xlwings_version("xlwings")
        for bits in (64, 32):
            assert f'Lib "{library_name(bits, bridge_version())}"' in MODULES["XlTcoServer"]

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
            for source in modules.values()
            for match in re.findall(r"^ *(?:Public )?(?:Sub|Function) (\w+)", source, re.MULTILINE)
        ]
        assert [
            name for name in set(names) if name.startswith("xltco") and names.count(name) > 1
        ] == []
        worksheet = [function.worksheet_name.lower() for function in TABLE]
        assert all(names.count(name) == 1 for name in worksheet)


class TestReach:
    """What a workbook that somebody sends can make the add-in do: compute, and nothing else."""

    @pytest.mark.parametrize(("content", "modules", "suffix"), FILES)
    def test_a_cell_can_call_the_functions_of_the_table_alone(
        self, content: bytes, modules: dict[str, str], suffix: str
    ) -> None:
        del modules
        callable_in_cells = {
            match[1]
            for name, source in read_back(content, suffix).items()
            if not is_document(source) and "\nOption Private Module" not in source
            for match in PROCEDURE.finditer(source)
            if match[0].split()[0].lower() != "private"
        }
        assert callable_in_cells == {function.worksheet_name for function in TABLE}

    @pytest.mark.parametrize(("content", "modules", "suffix"), FILES)
    def test_what_other_modules_offer_each_other_is_this(
        self, content: bytes, modules: dict[str, str], suffix: str
    ) -> None:
        """Nothing here starts a program of the caller's choice, should a host not hide it."""
        del modules
        offered = {
            match[1]
            for name, source in read_back(content, suffix).items()
            if name != "XlTcoFunctions"
            for match in PROCEDURE.finditer(source)
            if match[0].split()[0].lower() != "private"
        }
        assert offered <= OFFERED

    @pytest.mark.parametrize(("content", "modules", "suffix"), FILES)
    def test_no_door_but_the_bridge(
        self, content: bytes, modules: dict[str, str], suffix: str
    ) -> None:
        del modules
        found = {
            (name, match[0].lower())
            for name, source in read_back(content, suffix).items()
            for line in map(code, lines(source))
            for match in DOORS.finditer(line)
        }
        assert found <= DOORS_IN_USE

    @pytest.mark.parametrize(
        "line",
        [
            'Shell "cmd"',
            'x = VBA.Shell("cmd")',
            'Set x = CreateObject("WScript.Shell")',
            "y = GetObject(, z)",
            "Application.Run z",
            "x = Evaluate(z)",
            "x = ExecuteExcel4Macro(z)",
            "CallByName x, y, 1",
            "SendKeys z",
            "Kill z",
            "ActiveWorkbook.FollowHyperlink z",
            "x = [A1]",
        ],
    )
    def test_doors_are_seen(self, line: str) -> None:
        assert DOORS.search(code(line))

    def test_no_module_starts_anything_when_it_is_loaded(self) -> None:
        """Olevba's list of what malicious macros use, and what of it is here for a reason."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser = VBA_Parser("file.xlam", data=ADDIN)
            kinds = {(kind, word) for kind, word, _ in parser.analyze_macros()}
            parser.close()
        assert {word for kind, word in kinds if kind == "AutoExec"} == {
            "Workbook_Open",
            "Workbook_BeforeClose",
        }
        assert {word.lower() for kind, word in kinds if kind == "Suspicious"} <= SUSPICIOUS
        libraries = [library_name(bits, bridge_version()) for bits in (32, 64)]
        named = {word for kind, word in kinds if kind == "IOC"}
        # olevba finds the end of a library's name too.
        assert not {word for word in named if not any(item.endswith(word) for item in libraries)}


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
        macro = f'XlTcoMacro("{function.worksheet_name}")'
        call = next(line for line in lines(help_module()) if macro in line)
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
