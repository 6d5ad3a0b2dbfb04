"""What a professional would find wrong with a workbook: each rule tells the faults it sees.

The rules look at the file alone (openpyxl or zip parts). Numbers in brackets are those of the
checklist in the documents of the project.
"""

import colorsys
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, Final

import formualizer
from chart_faults import chart_faults
from colour_contrast import contrast
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils import column_index_from_string, get_column_letter
from workbook_file import WorkbookFile, formula_of

Rule = Callable[[WorkbookFile], Iterator[str]]
RULES: Final[list[Rule]] = []

SHEETS: Final = (
    "Cover", "Summary", "Inputs", "Calc", "Reconciliation", "Sensitivity", "Checks", "Sources",
)  # fmt: skip
OPTIONAL_SHEETS: Final = {"Reconciliation", "Sensitivity"}
FUNCTION_NAMES: Final = {
    "COST_PER_MTOK", "TOKENS_PER_MW", "JOULES_PER_TOKEN", "FLOPS_PER_DOLLAR", "RELATIVE",
}  # fmt: skip
UNIVERSAL: Final = {"0", "1", "3600", "8760", "1000", "1000000"}
FORBIDDEN: Final = {
    "OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "NPV", "INFO", "CELL",
}  # fmt: skip
FORMULA_LENGTH: Final = 100
READABLE: Final = 4.5
MARKS: Final = {"[P] published", "[M] measured", "[R] recomputed", "[A] assumed"}
OUTPUTS: Final = ("cost_per_mtok", "tokens_per_mw", "joules_per_token", "flops_per_dollar")
# The limits that the functions enforce, as contracted: (symbol, bound) by input.
LIMITS: Final = {
    "cost_per_gpu_hour": [(">", 0)],  # COST_PER_MTOK takes 0, FLOPS_PER_DOLLAR does not
    "pflops_per_gpu": [(">", 0)],
    "pflops_like_for_like": [(">", 0)],
    "tokens_per_second_per_gpu": [(">", 0)],
    "utilization": [(">", 0), ("<=", 1)],
    "utilization_point": [(">", 0), ("<=", 1)],
    "kw_per_gpu": [(">", 0)],
    "pue": [(">=", 1)],
    "price_per_mtok": [(">", 0)],
    "check_tolerance": [(">", 0)],
}
WORDS: Final = {"tokens_counted": "total,output", "power_basis": "utility,it"}
TRIED: Final = (-1, -1e-9, 0, 1e-9, 0.5, 1 - 1e-9, 1, 1 + 1e-9, 2, 1e9, "x", "1", True, None)

ENGINE_WORDS: Final = {
    "addin": ("add-in", "#NAME?", "native"),
    "lambda": ("LAMBDA names", "Protected View", "native"),
    "native": ("own arithmetic", "Nothing to install"),
}


def faults(file: WorkbookFile) -> list[str]:
    """All faults of all rules."""
    return [fault for rule in RULES for fault in rule(file)]


def rule(check: Rule) -> Rule:
    """Make a check one of the rules."""
    RULES.append(check)
    return check


RULES.append(chart_faults)


def flavour(file: WorkbookFile) -> str:
    """Which flavour a file is, by what is in it."""
    if FUNCTION_NAMES & set(file.book.defined_names):
        return "lambda"
    calls = (name for text in file.formulas().values() for name in functions_in(text))
    return "addin" if FUNCTION_NAMES & set(calls) else "native"


def tokens(formula: str) -> list[Token]:
    """A formula taken apart."""
    return Tokenizer(formula).items


def functions_in(formula: str) -> Iterator[str]:
    """The functions that a formula calls."""
    for token in tokens(formula):
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            yield token.value.rstrip("(").upper()


def cells(file: WorkbookFile, sheet: str = "") -> Iterator[tuple[str, Any]]:
    """Every cell that holds something, with its full address."""
    for worksheet in file.book.worksheets:
        if sheet in ("", worksheet.title):
            for row in worksheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        yield f"{worksheet.title}!{cell.coordinate}", cell


def role(cell: Any) -> str:
    """What a cell is, by the first word of its style: Input, Calc, Link, Text, ..."""
    return str(cell.style).partition(" ")[0]


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def tables(sheet: Any) -> Iterator[tuple[dict[str, int], list[int]]]:
    """Each table of a sheet: its columns by title, and its rows down to the next gap."""
    columns: dict[str, int] = {}
    rows: list[int] = []
    for row in sheet.iter_rows():
        filled = [cell for cell in row if cell.value is not None]
        titles = [cell for cell in filled if cell.style.endswith("column")]
        if titles:
            if rows:
                yield columns, rows
            columns = {" ".join(cell.value.split()): cell.column for cell in titles}
            rows = []
        elif not filled:
            if rows:
                yield columns, rows
            columns, rows = {}, []
        elif columns and not any(cell.style == "Heading section" for cell in filled):
            rows.append(row[0].row)
    if rows:
        yield columns, rows


def validations(sheet: Any) -> dict[str, Any]:
    """The data validation of each cell that has one."""
    return {
        f"{get_column_letter(column)}{row}": validation
        for validation in sheet.data_validations.dataValidation
        for area in validation.sqref.ranges
        for row, column in area.cells
    }


# --- The book as a whole


@rule
def sheet_order(file: WorkbookFile) -> Iterator[str]:
    """Cover, Summary, Inputs, Calc, ..., Checks, Sources (1); no hidden ones (4)."""
    titles = file.book.sheetnames
    for missing in sorted(set(SHEETS) - OPTIONAL_SHEETS - set(titles)):
        yield f"no sheet {missing}"
    for title in titles:
        if title not in SHEETS:
            yield f"unknown sheet {title}"
        elif file.book[title].sheet_state != "visible":
            yield f"sheet {title} is {file.book[title].sheet_state}"
    if titles != sorted(titles, key=lambda title: (*SHEETS, title).index(title)):
        yield f"sheets in the order {', '.join(titles)}"


@rule
def cover_words(file: WorkbookFile) -> Iterator[str]:
    """Purpose, versions, dates, licence, legend, engine, each in words (2, 22)."""
    said = {
        str(row[1].value): row[2]
        for row in file.book["Cover"].iter_rows()
        if len(row) > 2 and row[1].value and row[2].value
    }
    legend = ("Input", "Calculation", "Link", "Output", "Check", "Published", *sorted(MARKS))
    wanted = ("Purpose", "What computes", "Package", "Scenario", "Data", "Licence", *legend)
    for label in wanted:
        if label not in said:
            yield f"Cover says nothing of {label}"
        elif formula_of(said[label]):
            yield f"Cover's {label} is a formula"
    for label, pattern in (
        ("Package", r"xl_tco \d+\.\d+\.\d+"),
        ("Data", r"Catalog of 20\d\d-\d\d"),
        ("Licence", r"MIT\b.*"),
    ):
        if label in said and not re.fullmatch(pattern, str(said[label].value)):
            yield f"Cover's {label} reads {said[label].value!r}"
    computes = str(said["What computes"].value) if "What computes" in said else ""
    for words in ENGINE_WORDS[flavour(file)]:
        if words not in computes:
            yield f"Cover's What computes does not say {words!r}"


@rule
def opens_on_cover(file: WorkbookFile) -> Iterator[str]:
    """Cover, A1 (3)."""
    if file.book.active.title != "Cover":
        yield f"opens on {file.book.active.title}"
    for sheet in file.book.worksheets:
        view = sheet.sheet_view
        if bool(view.tabSelected) is not (sheet.title == "Cover"):
            yield f"{sheet.title}: selected is {bool(view.tabSelected)}"
        if {selection.activeCell for selection in view.selection} != {"A1"}:
            yield f"{sheet.title}: does not open at A1"
        if view.topLeftCell not in (None, "A1"):
            yield f"{sheet.title}: scrolled to {view.topLeftCell}"


@rule
def nothing_foreign(file: WorkbookFile) -> Iterator[str]:
    """No VBA, external links, connections, embedded objects (4)."""
    for name in file.parts:
        if re.search(r"vba|externalLink|connections|queryTable|activeX|embedding|\.bin$", name):
            yield f"part {name}"
    for name, part in file.parts.items():
        if name.endswith(".rels") and b'TargetMode="External"' in part:
            yield f"{name}: an external target"


@rule
def properties(file: WorkbookFile) -> Iterator[str]:
    """Title, creator, the data's date and not the clock's (28)."""
    said = file.book.properties
    if not said.title or said.title != file.book["Cover"]["A1"].value:
        yield f"title is {said.title!r}"
    if said.creator != "xl_tco" or said.lastModifiedBy != "xl_tco":
        yield f"creator is {said.creator!r}, last modified by {said.lastModifiedBy!r}"
    data = next((re.search(r"Catalog of (\S+)", str(c.value)) for _, c in cells(file, "Cover")
                 if str(c.value).startswith("Catalog of")), None)  # fmt: skip
    expected = date.fromisoformat(f"{data[1]}-01") if data else None
    for name in ("created", "modified"):
        moment = getattr(said, name)
        if not moment or moment.date() != expected or moment.time().isoformat() != "00:00:00":
            yield f"{name} is {moment}, not {expected}"


# --- Cells, styles, protection


@rule
def sheets_are_plain(file: WorkbookFile) -> Iterator[str]:
    """No merged cells, no comments (27)."""
    for sheet in file.book.worksheets:
        for merged in sheet.merged_cells.ranges:
            yield f"{sheet.title}!{merged.coord}: merged"
    for where, cell in cells(file):
        if cell.comment:
            yield f"{where}: a comment"


@rule
def named_styles_only(file: WorkbookFile) -> Iterator[str]:
    """A cell looks as its style says, but for its number format (9)."""
    known = {style.name: style for style in file.book._named_styles}
    for where, cell in cells(file):
        style = known[cell.style]
        if style.name == "Normal":
            yield f"{where}: no named style"
        for aspect in ("font", "fill", "border", "alignment", "protection"):
            if getattr(cell, aspect) != getattr(style, aspect):
                yield f"{where}: its own {aspect}"


@rule
def content_agrees_with_style(file: WorkbookFile) -> Iterator[str]:
    """Inputs are constants, results are formulas, links point elsewhere, text is text (9, 30)."""
    for where, cell in cells(file):
        formula, kind = formula_of(cell), role(cell)
        elsewhere = is_link(formula)
        if where.startswith("Cover!") and kind in ("Input", "Calc", "Link", "Output", "Check"):
            if formula:  # the legend shows each style on a word
                yield f"{where}: a formula in the legend"
        elif kind in ("Input", "Published"):
            if formula:
                yield f"{where}: {kind} holds a formula"
        elif kind in ("Calc", "Output", "Check", "Link", "Headline"):
            is_label = cell.style == "Headline label"
            if bool(formula) is is_label:
                yield f"{where}: {cell.style} holds {cell.value!r}"
            if kind == "Link" and not elsewhere:
                yield f"{where}: Link is not a reference to another sheet"
            if kind in ("Calc", "Check") and elsewhere:
                yield f"{where}: {kind} is a link"
        elif formula and cell.style != "Text status":
            yield f"{where}: {cell.style} holds a formula"


def is_link(formula: str) -> bool:
    """Tell whether a formula is a reference to another sheet and nothing more."""
    return bool(re.fullmatch(r"=('[^']+'|\w+)!\$?[A-Z]+\$?\d+", formula))


@rule
def colours_have_meaning(file: WorkbookFile) -> Iterator[str]:
    """Blue inputs, black formulas, green links; never colour alone (10)."""
    styles = {style.name: style for style in file.book._named_styles}
    for name, hue in (("Input", "blue"), ("Calc", "black"), ("Output", "black"), ("Link", "green")):
        if name not in styles:
            yield f"no style {name}"
        elif (seen := hue_of(styles[name].font.color.rgb)) != hue:
            yield f"{name} is {seen}, not {hue}"
    roles = ("Input", "Calc", "Link", "Output", "Check", "Published")
    looks = [without_colour(styles[name]) for name in roles if name in styles]
    for name, look in zip(roles, looks, strict=False):
        if looks.count(look) > 1:
            yield f"{name} differs from another style by its font's colour alone"


def hue_of(rgb: str) -> str:
    """What people would call a colour."""
    hue, lightness, saturation = colorsys.rgb_to_hls(
        *(int(rgb[i : i + 2], 16) / 255 for i in (2, 4, 6))
    )
    if lightness < 0.2 and saturation < 0.4:
        return "black"
    return {1: "yellow", 2: "green", 3: "cyan", 4: "blue"}.get(round(hue * 6), "red")


def without_colour(style: Any) -> tuple[Any, ...]:
    """A style's look to somebody who sees no hues in letters."""
    font, border = style.font, style.border
    paper = style.fill.fgColor.rgb if style.fill.patternType else None
    rules = [side.style if side else None for side in (border.top, border.bottom)]
    return (font.b, font.i, font.u, font.sz, paper, *rules, style.alignment.horizontal)


@rule
def locked_but_inputs(file: WorkbookFile) -> Iterator[str]:
    """Input cells are unlocked, all else is locked, without a password (11)."""
    for sheet in file.book.worksheets:
        if not sheet.protection.sheet:
            yield f"{sheet.title}: not protected"
        if sheet.protection.password or sheet.protection.hashValue:
            yield f"{sheet.title}: protected by a password"
    for where, cell in cells(file):
        if cell.protection.locked is (role(cell) == "Input"):
            yield f"{where}: {cell.style} is {'locked' if cell.protection.locked else 'unlocked'}"


@rule
def readable(file: WorkbookFile) -> Iterator[str]:
    """Letters against their background, at least 4.5:1 (26)."""
    for style in file.book._named_styles:
        if style.name != "Normal":
            ink, paper = style_colours(style)
            if contrast(ink, paper) < READABLE:
                yield f"{style.name}: contrast {contrast(ink, paper):.1f}"
    for sheet in file.book.worksheets:
        for area in sheet.conditional_formatting:
            style = sheet[str(area.sqref).split()[0].partition(":")[0]]
            ink, paper = style_colours(style)
            for found in area.rules:
                look = found.dxf
                ink = look.font.color.rgb if look.font and look.font.color else ink
                paper = look.fill.bgColor.rgb if look.fill else paper
                if contrast(ink, paper) < READABLE:
                    yield f"{sheet.title}!{area.sqref}: contrast {contrast(ink, paper):.1f}"


def style_colours(style: Any) -> tuple[str, str]:
    """A style's font colour and background."""
    filled = style.fill.patternType == "solid"
    return style.font.color.rgb[-6:], style.fill.fgColor.rgb[-6:] if filled else "FFFFFF"


# --- Inputs and sources


def input_rows(file: WorkbookFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of Inputs that holds an input: its place, and its cells by column title."""
    sheet = file.book["Inputs"]
    for columns, rows in tables(sheet):
        if "Value" not in columns:
            continue
        for row in rows:
            found = {title: sheet.cell(row, column) for title, column in columns.items()}
            if role(found["Value"]) == "Input":
                yield f"Inputs!{found['Value'].coordinate}", found


@rule
def inputs_are_complete(file: WorkbookFile) -> Iterator[str]:
    """Label, value, unit, low, high, kind, source, date (5)."""
    wanted = ("Input", "Value", "Unit", "Low", "High", "Kind", "Source", "As of", "As shipped")
    count = 0
    for where, row in input_rows(file):
        count += 1
        for title in wanted:
            if title not in row or row[title].value in (None, ""):
                yield f"{where}: no {title}"
        if row["Kind"].value not in MARKS:
            yield f"{where}: of kind {row['Kind'].value!r}"
        if not re.fullmatch(r"20\d\d(-\d\d){0,2}", str(row["As of"].value)):
            yield f"{where}: as of {row['As of'].value!r}"
        low, value, high = (row[title].value for title in ("Low", "Value", "High"))
        if is_number(value) and not low <= value <= high:
            yield f"{where}: {value} is not from {low} to {high}"
    if not count:
        yield "Inputs has no inputs"


@rule
def sources_resolve(file: WorkbookFile) -> Iterator[str]:
    """Every source named on Inputs has a row on Sources (6)."""
    known = set()
    for columns, rows in tables(file.book["Sources"]):
        for row in rows:
            known.add(file.book["Sources"].cell(row, columns["Source"]).value)
            for title in ("Title", "Publisher", "Date"):
                if not file.book["Sources"].cell(row, columns[title]).value:
                    yield f"Sources!row {row}: no {title}"
    sheet = file.book["Inputs"]
    for columns, rows in tables(sheet):
        for row in rows:
            cell = sheet.cell(row, columns["Source"])
            if cell.value not in known:
                yield f"Inputs!{cell.coordinate}: source {cell.value!r} is not on Sources"


@rule
def constants_stand_on_inputs(file: WorkbookFile) -> Iterator[str]:
    """No number to be changed but on Inputs (7), none in a formula but universal ones (8)."""
    for where, cell in cells(file):
        if is_number(cell.value) and not where.startswith("Inputs!"):
            yield f"{where}: the number {cell.value!r}"
    for where, formula in all_formulas(file):
        for token in tokens(formula):
            is_literal = (token.type, token.subtype) == (Token.OPERAND, Token.NUMBER)
            if is_literal and token.value not in UNIVERSAL:
                yield f"{where}: the number {token.value} in a formula"


def all_formulas(file: WorkbookFile) -> Iterator[tuple[str, str]]:
    """The formulas of cells and of conditional formats."""
    for (sheet, address), formula in file.formulas().items():
        yield f"{sheet}!{address}", formula
    for sheet in file.book.worksheets:
        for area in sheet.conditional_formatting:
            for found in area.rules:
                for text in found.formula:
                    yield f"{sheet.title}!{area.sqref} (format)", f"={text}"


@rule
def inputs_are_validated(file: WorkbookFile) -> Iterator[str]:
    """A prompt, an error text, and the functions' own limits on every input (12)."""
    sheet = file.book["Inputs"]
    rules = validations(sheet)
    names = {place: name for name, place in file.places.items() if name.startswith("in_")}
    for where, row in input_rows(file):
        name = names.get(("Inputs", row["Value"].coordinate))
        if not name:
            yield f"{where}: an input without a name"
            continue
        for cell in (row["Value"], row["Low"], row["High"]):
            if role(cell) == "Input":
                place = f"Inputs!{cell.coordinate}"
                if cell.coordinate not in rules:
                    yield f"{place}: no data validation"
                else:
                    yield from validation_faults(place, name, rules[cell.coordinate])


def validation_faults(where: str, name: str, found: Any) -> Iterator[str]:
    """What is wrong with the data validation of one input."""
    if not (found.showInputMessage and found.promptTitle and found.prompt):
        yield f"{where}: no prompt"
    if not (found.showErrorMessage and found.errorTitle and found.error):
        yield f"{where}: no error text"
    if found.errorStyle not in (None, "stop"):
        yield f"{where}: an error is only a {found.errorStyle}"
    if found.allow_blank:
        yield f"{where}: may be blank"
    what = name.removeprefix("in_")
    words = next((words for key, words in WORDS.items() if what.startswith(key)), None)
    if words:
        if (found.type, found.formula1) != ("list", f'"{words}"'):
            yield f"{where}: {found.type} {found.formula1}, not the list {words}"
        return
    key = max((key for key in LIMITS if what.startswith(key)), key=len)
    if found.type != "custom":
        yield f"{where}: validation of type {found.type}"
        return
    condition = re.sub(rf"\b{where.rpartition('!')[2]}\b", "A1", found.formula1)
    for value, taken in zip(TRIED, accepted(condition), strict=True):
        if taken is not allowed(key, value):
            yield f"{where}: {value!r} is {'accepted' if taken else 'refused'}"


def allowed(key: str, value: Any) -> bool:
    """Tell whether the contract allows a value."""
    compare = {">": float.__gt__, ">=": float.__ge__, "<=": float.__le__}
    return is_number(value) and all(
        compare[symbol](float(value), float(bound)) for symbol, bound in LIMITS[key]
    )


@cache
def accepted(condition: str) -> list[Any]:
    """What a condition on A1 says of each value that is tried."""
    answers = []
    for value in TRIED:
        engine = formualizer.Workbook()
        sheet = engine.sheet("Inputs")
        if value is not None:
            sheet.set_value(1, 1, value)
        sheet.set_formula(1, 2, f"={condition}")
        answers.append(engine.evaluate_cell("Inputs", 1, 2))
    return answers


# --- Formulas and names


@rule
def formulas_are_simple(file: WorkbookFile) -> Iterator[str]:
    """Nothing volatile, no nested IF, nothing long (14)."""
    for where, formula in all_formulas(file):
        if len(formula) > FORMULA_LENGTH:
            yield f"{where}: a formula of {len(formula)} characters"
        opened: list[str] = []
        for token in tokens(formula):
            if token.type not in (Token.FUNC, Token.PAREN):
                continue
            if token.subtype == Token.CLOSE:
                opened.pop()
                continue
            called = token.value.rstrip("(").upper()
            if called in FORBIDDEN:
                yield f"{where}: {called}"
            if called == "IF" and "IF" in opened:
                yield f"{where}: a nested IF"
            opened.append(called)


@rule
def blocks_are_consistent(file: WorkbookFile) -> Iterator[str]:
    """One formula along each row of platforms, and down each column of links (15)."""
    sheet = file.book["Calc"]
    columns = sorted(
        {
            column_index_from_string(address.rstrip("0123456789"))
            for name, (_, address) in file.places.items()
            if name.startswith("out_")
        }
    )
    for row in range(1, sheet.max_row + 1):
        texts = {
            relative(text, cell)
            for cell in (sheet.cell(row, column) for column in columns)
            if (text := formula_of(cell)) and not is_link(text)
        }
        if len(texts) > 1:
            yield f"Calc!row {row}: {' | '.join(sorted(texts))}"
    for column in columns:
        for above, below in pairwise(
            sheet.cell(row, column) for row in range(1, sheet.max_row + 1)
        ):
            texts = {relative(formula_of(cell), cell) for cell in (above, below)}
            if role(above) == role(below) == "Link" and len(texts) > 1:
                yield f"Calc!{below.coordinate}: another step than {above.coordinate}"


def relative(formula: str, cell: Any) -> str:
    """A formula with its references as steps from the cell that holds it (R1C1)."""

    def step(match: re.Match[str]) -> str:
        fixed_column, column, fixed_row, row = match.groups()
        across = column_index_from_string(column) - (0 if fixed_column else cell.column)
        down = int(row) - (0 if fixed_row else cell.row)
        return f"R{fixed_row}[{down}]C{fixed_column}[{across}]"

    return re.sub(r"(?<![A-Z_a-z])(\$?)([A-Z]{1,3})(\$?)(\d+)\b", step, formula)


@rule
def names_resolve(file: WorkbookFile) -> Iterator[str]:
    """Every name points to a cell of its kind; the contracted ones are there (16)."""
    kinds = {"in_": "Input", "out_": "Output", "rel_": "Output", "check_": "Check"}
    names = file.book.defined_names
    for name, defined in names.items():
        if "#REF!" in defined.attr_text:
            yield f"{name}: #REF!"
            continue
        prefix = next((prefix for prefix in kinds if name.startswith(prefix)), None)
        if not prefix:
            if name not in FUNCTION_NAMES:
                yield f"{name}: a name of no kind"
            continue
        if name not in file.places:
            yield f"{name}: refers to {defined.attr_text}"
            continue
        sheet, address = file.places[name]
        if sheet not in file.book.sheetnames:
            yield f"{name}: no sheet {sheet}"
        elif role(file.book[sheet][address]) != kinds[prefix]:
            yield f"{name}: {sheet}!{address} is {file.book[sheet][address].style}"
    yield from missing_names(set(names))


def missing_names(names: set[str]) -> Iterator[str]:
    """What the contract wants and is not there."""
    stem = "in_cost_per_gpu_hour"
    suffixes = sorted(name.removeprefix(stem) for name in names if name.startswith(stem))
    inputs = ("tokens_counted", "power_basis", "cost_per_gpu_hour", "tokens_per_second_per_gpu",
              "utilization", "kw_per_gpu", "pue", "pflops_per_gpu")  # fmt: skip
    wanted = {"check_master"}
    for suffix in suffixes:
        wanted |= {f"in_{name}{suffix}" for name in inputs}
        wanted |= {f"out_{name}{suffix}" for name in OUTPUTS}
    if len(suffixes) > 1:
        wanted |= {f"rel_{name}" for name in OUTPUTS}
    if not suffixes:
        yield "no platform's inputs are named"
    for name in sorted(wanted - names):
        yield f"no name {name}"


@rule
def outputs_are_named(file: WorkbookFile) -> Iterator[str]:
    """Each result on Calc, each check on Checks has a name (16)."""
    named = set(file.places.values())
    for where, cell in cells(file):
        sheet, _, address = where.partition("!")
        is_result = (sheet, role(cell)) in (("Calc", "Output"), ("Checks", "Check"))
        if is_result and (sheet, address) not in named:
            yield f"{where}: no name"


@rule
def no_broken_reference(file: WorkbookFile) -> Iterator[str]:
    """No #REF! in a formula (16), no reference to a sheet that is not there."""
    for where, formula in all_formulas(file):
        if "#REF!" in formula:
            yield f"{where}: #REF!"
        for sheet in re.findall(r"'?([A-Za-z ]+)'?!", re.sub(r'"[^"]*"', "", formula)):
            if sheet not in (*file.book.sheetnames, "#NUM", "#VALUE", "NUM", "VALUE", "REF"):
                yield f"{where}: no sheet {sheet}"


# --- Checks and stored values


@rule
def checks_hold_and_are_seen(file: WorkbookFile) -> Iterator[str]:
    """All TRUE as shipped; the master covers all and stands in every frozen pane (17)."""
    checks = file.named("check_")
    for name, value in checks.items():
        if value is not True:
            yield f"{name} is {value!r}"
    sheet, master = file.places["check_master"]
    covered = {
        cell.coordinate
        for area in re.findall(r"[A-Z]+\d+:[A-Z]+\d+", formula_of(file.book[sheet][master]))
        for row in file.book[sheet][area]
        for cell in row
    }
    for name in checks.keys() - {"check_master"}:
        if file.places[name][1] not in covered:
            yield f"check_master does not cover {name}"
    for worksheet in file.book.worksheets:
        seen = f"{sheet}!{master}" if worksheet.title != sheet else master
        frozen = worksheet[f"A1:Z{frozen_rows(worksheet) or 1}"]
        status = [c for row in frozen for c in row if re.search(rf"\b{seen}\b", formula_of(c))]
        if not status:
            yield f"{worksheet.title}: the master check is not in the frozen pane"
            continue
        formats = [str(area.sqref).split() for area in worksheet.conditional_formatting]
        if not any(status[0].coordinate in areas for areas in formats):
            yield f"{worksheet.title}: a failing master check looks like a passing one"


@rule
def every_formula_has_its_value(file: WorkbookFile) -> Iterator[str]:
    """Computed values are stored (21), none of them an error (20)."""
    for sheet, address in file.formulas():
        value = file.value(sheet, address)
        if value is None:
            yield f"{sheet}!{address}: no stored value"
        elif isinstance(value, str) and re.fullmatch(r"#[A-Z/0]+[!?]?A?", value):
            yield f"{sheet}!{address}: {value}"


@rule
def numbers_have_units(file: WorkbookFile) -> Iterator[str]:
    """A unit beside every number, a format that fits it (23)."""
    for sheet in file.book.worksheets:
        for columns, rows in tables(sheet):
            for row in rows:
                yield from row_faults(file, sheet, columns, row)


def row_faults(file: WorkbookFile, sheet: Any, columns: dict[str, int], row: int) -> Iterator[str]:
    """What is wrong with the units and formats of one row of a table."""
    unit = sheet.cell(row, columns["Unit"]).value if "Unit" in columns else None
    for cell in sheet[row]:
        if not is_number(file.value(sheet.title, cell.coordinate)):
            continue
        where, shown = f"{sheet.title}!{cell.coordinate}", cell.number_format
        if not unit:
            yield f"{where}: a number without a unit"
        elif shown == "General":
            yield f"{where}: a number in General format"
        elif unit.startswith("USD/") and not re.search(r'\$|x"|%|0\.0000', shown):
            yield f"{where}: {unit} shown as {shown}"
        elif unit == "x" and not re.search(r'x"|0\.0000', shown):
            yield f"{where}: a ratio shown as {shown}"


# --- Screen and paper


def frozen_rows(sheet: Any) -> int:
    """How many rows stay in sight."""
    return int(re.sub(r"\D", "", sheet.freeze_panes or "A1")) - 1


@rule
def screen_and_paper(file: WorkbookFile) -> Iterator[str]:
    """Frozen panes, print titles, one page wide, landscape, a footer with version and page (24)."""
    for sheet in file.book.worksheets:
        rows = frozen_rows(sheet)
        if not rows:
            yield f"{sheet.title}: no frozen panes"
        if (sheet.print_title_rows or "").replace("$", "") != f"1:{rows}":
            yield f"{sheet.title}: print titles {sheet.print_title_rows}, not 1:{rows}"
        if not sheet.sheet_properties.pageSetUpPr.fitToPage or sheet.page_setup.fitToWidth != 1:
            yield f"{sheet.title}: not fitted to the page's width"
        if sheet.page_setup.orientation != "landscape":
            yield f"{sheet.title}: {sheet.page_setup.orientation}"
        parts = (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right)
        footer = " ".join(str(part.text) for part in parts)
        if not re.search(r"xl_tco \d+\.\d+", footer):
            yield f"{sheet.title}: no version in the footer"
        if not re.search(r"&\[?P", footer):
            yield f"{sheet.title}: no page number in the footer"
        if any(letter.value is not None and not width_of(sheet, letter) for letter in sheet[1]):
            yield f"{sheet.title}: a column without a width"


def width_of(sheet: Any, cell: Any) -> float:
    return float(sheet.column_dimensions[get_column_letter(cell.column)].width)
