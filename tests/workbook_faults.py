"""What a professional would find wrong with a workbook: each rule tells the faults it sees.

The rules look at the file alone (openpyxl or zip parts). Numbers in brackets are those of the
checklist in the documents of the project.
"""

import colorsys
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, Final

import formualizer
from block_faults import blocks_are_consistent, is_link, links_are_what_they_say
from chart_faults import chart_faults
from colour_contrast import contrast
from excel_faults import EXCEL_RULES
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils import get_column_letter, range_boundaries
from workbook_file import WorkbookFile, formula_of
from workbook_tables import Table, unit_of

Rule = Callable[[WorkbookFile], Iterator[str]]
RULES: Final[list[Rule]] = []

SHEETS: Final = (
    "Cover", "Summary", "Inputs", "Ownership", "Denominator", "Calc", "Revenue", "Reconciliation",
    "Catalog", "Sensitivity", "Checks", "Sources",
)  # fmt: skip
OPTIONAL_SHEETS: Final = {"Reconciliation"}
CALC_SHEETS: Final = {
    "Ownership", "Denominator", "Calc", "Revenue", "Reconciliation", "Sensitivity",
}  # fmt: skip
# What gives a result of a platform; the others are lookups, tables, ratios and parts.
RESULTS: Final = {
    "COST_PER_MTOK", "TOKENS_PER_MW", "JOULES_PER_TOKEN", "FLOPS_PER_DOLLAR",
    "CAPITAL_RECOVERY_FACTOR", "GPU_HOUR_COST", "DELIVERED_TOKENS", "TOKENS_NEEDED",
    "COST_PER_MTOK_INPUT", "COST_PER_MTOK_OUTPUT", "COST_PER_REQUEST", "REVENUE_PER_GPU_HOUR",
    "REVENUE_PER_MW_HOUR", "REVENUE_PER_MW_YEAR", "GROSS_MARGIN", "BREAKEVEN_PRICE",
    "BREAKEVEN_UTILIZATION", "PAYBACK_YEARS",
}  # fmt: skip
FUNCTION_NAMES: Final = RESULTS | {
    "GPU_HOUR_COST_BREAKDOWN", "PLATFORM_FIGURE", "PLATFORMS", "COMPARE", "RELATIVE",
    "TCO_VERSION", "TCO_ENGINE", "COST_PER_MTOK_AT", "TOKENS_PER_MW_AT",
}  # fmt: skip
UNIVERSAL: Final = {"0", "1", "12", "3600", "8760", "1000", "1000000"}
FORBIDDEN: Final = {
    "OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "NPV", "INFO", "CELL",
}  # fmt: skip
# After their first argument these take a number of decimals, or of characters.
COUNTING: Final = {"FIXED", "ROUND", "MID"}
FORMULA_LENGTH: Final = 100
READABLE: Final = 4.5
MARKS: Final = {"[P] published", "[M] measured", "[R] recomputed", "[A] assumed"}
COMPARED: Final = ("cost_per_mtok", "tokens_per_mw", "joules_per_token", "flops_per_dollar")
LEVERS: Final = (
    "fp4_precision", "speculative_decoding", "disaggregation", "interconnect", "kv_routing",
    "kv_offload", "runtime", "workload",
)  # fmt: skip
INQUIRIES: Final = (
    "gpu_hour", "peak_compute", "flops_per_dollar", "token_cost", "tokens_per_megawatt",
    "lifecycle", *LEVERS,
)  # fmt: skip
# The limits as contracted: (symbol, bound) by input.
ABOVE_0: Final = [(">", 0)]
FROM_0: Final = [(">=", 0)]
SHARE: Final = [(">=", 0), ("<=", 1)]
LIMITS: Final = {
    "cost_per_gpu_hour": ABOVE_0,  # COST_PER_MTOK takes 0, FLOPS_PER_DOLLAR does not
    "pflops_per_gpu": ABOVE_0,
    "pflops_like_for_like": ABOVE_0,
    "tokens_per_second_per_gpu": ABOVE_0,
    "utilization": [(">", 0), ("<=", 1)],
    "utilization_point": [(">", 0), ("<=", 1)],
    "kw_per_gpu": ABOVE_0,
    "pue": [(">=", 1)],
    "server_capex_per_gpu": FROM_0,
    "network_capex_per_gpu": FROM_0,
    "storage_capex_per_gpu": FROM_0,
    "life_years": ABOVE_0,
    "cost_of_capital": SHARE,
    "residual_value_share": SHARE,
    "opex_rate": FROM_0,
    "colocation_per_kw_month": FROM_0,
    "facility_capex_per_kw": FROM_0,
    "facility_life_years": ABOVE_0,
    "usd_per_kwh": FROM_0,
    "average_load": SHARE,
    **dict.fromkeys(LEVERS, ABOVE_0),
    "input_tokens": FROM_0,
    "output_tokens": ABOVE_0,
    "input_token_weight": FROM_0,
    "input_price_per_mtok": FROM_0,
    "output_price_per_mtok": FROM_0,
    "cache_hit_rate": SHARE,
    "cached_input_price_ratio": SHARE,
    "target_cost_per_mtok": ABOVE_0,
    "grid_step": ABOVE_0,
    "check_tolerance": ABOVE_0,
}
WORDS: Final = {
    "tier": "owned_hyperscaler,owned_neocloud,rental_3yr",
    "tokens_counted": "total,output",
    "power_basis": "utility,it",
    "cost_from": "rate,owned",
    "depreciation": "annuity,straight line",
    "facility": "colocation,owned",
    **{f"answer_{name}": "yes,no,unknown" for name in INQUIRIES},
    **{f"in_baseline_{name}": "yes,no" for name in LEVERS},
}
# The scenario selector offers what the catalog has, as these names say.
LISTED: Final = {"platform": "catalog_choices", "as_of": "catalog_dates"}
OWN_FIGURES: Final = "own figures"
RANGES: Final = {
    "catalog_choices", "catalog_dates", "catalog_until", "catalog_keys", "catalog_rows",
    "catalog_values", "catalog_since", "catalog_platforms",
}  # fmt: skip
IN_STEP: Final = (
    ("catalog_dates", "catalog_until"),
    ("catalog_keys", "catalog_rows", "catalog_values", "catalog_since"),
)
MODEL_ROLES: Final = {"Input", "Calc", "Link", "Output", "Check"}
TRIED: Final = (-1, -1e-9, 0, 1e-9, 0.5, 1 - 1e-9, 1, 1 + 1e-9, 2, 1e9, "x", "1", True, None)

# 1920 x 1080, less what Excel and the task bar need: ribbon, formula bar, headers, tabs, bars.
SCREEN: Final = (1920 - 60, 1080 - 290)
PIXELS_A_CHARACTER, CELL_PADDING = 7, 5  # Calibri 11
PIXELS_A_POINT, DEFAULT_HEIGHT = 20 / 15, 15
BODY_SIZE, BOLD = 11, 1.07

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


RULES += [chart_faults, blocks_are_consistent, links_are_what_they_say, *EXCEL_RULES]


def flavour(file: WorkbookFile) -> str:
    """Which flavour a file is, by what is in it."""
    if FUNCTION_NAMES & set(file.book.defined_names):
        return "lambda"
    calls = (name for text in file.formulas().values() for name in functions_in(text))
    return "addin" if FUNCTION_NAMES & set(calls) else "native"


@cache
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
    computing = "Computing now"
    wanted = ("Purpose", "What computes", "Package", "Scenario", "Data", "Licence", *legend)
    for label in (*wanted, computing):
        if label not in said:
            yield f"Cover says nothing of {label}"
        elif bool(formula_of(said[label])) is not (label == computing):
            yield f"Cover's {label} is {'no' if label == computing else 'a'} formula"
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
def tables_are_complete(file: WorkbookFile) -> Iterator[str]:
    """No header with nothing beneath it, no column of numbers without a title (23)."""
    for sheet in file.book.worksheets:
        for table in file.tables[sheet.title]:
            if not table.rows:
                yield f"{sheet.title}: nothing under {table.section or table.first}"
        untitled = {
            cell.column_letter
            for table, cell in cells_of_tables(file, sheet)
            if cell.column not in table.titles
            and is_number(file.value(sheet.title, cell.coordinate))
        }
        for column in sorted(untitled):
            yield f"{sheet.title}!column {column}: numbers without a title"


def cells_of_tables(file: WorkbookFile, sheet: Any) -> Iterator[tuple[Table, Any]]:
    """Every cell that holds something within a table, with its table."""
    for row in sheet.iter_rows():
        table = file.tables_by_row.get((sheet.title, row[0].row))
        if table:
            for cell in row:
                if cell.value is not None:
                    yield table, cell


@rule
def named_styles_only(file: WorkbookFile) -> Iterator[str]:
    """A cell looks as its style says, but for its number format (9)."""
    known = {style.name: style for style in file.book._named_styles}
    seen: dict[tuple[int, ...], list[str]] = {}
    for where, cell in cells(file):
        look = tuple(cell._style)
        if look not in seen:
            seen[look] = [
                aspect
                for aspect in ("font", "fill", "border", "alignment", "protection")
                if getattr(cell, aspect) != getattr(known[cell.style], aspect)
            ]
        if cell.style == "Normal":
            yield f"{where}: no named style"
        for aspect in seen[look]:
            yield f"{where}: its own {aspect}"


@rule
def content_agrees_with_style(file: WorkbookFile) -> Iterator[str]:
    """Inputs are constants, results are formulas, links point elsewhere, text is text (9, 30)."""
    for where, cell in cells(file):
        formula, kind = formula_of(cell), role(cell)
        sheet = where.partition("!")[0]
        elsewhere = is_link(formula)
        if sheet == "Cover" and cell.column_letter == "B" and kind in MODEL_ROLES:
            if formula:  # the legend shows each style on a word
                yield f"{where}: a formula in the legend"
        elif kind in ("Input", "Published"):
            if formula:
                yield f"{where}: {kind} holds a formula"
        elif kind in ("Calc", "Output", "Check", "Link", "Headline"):
            is_constant = cell.style == "Headline label" or is_spilled(file, where)
            if bool(formula) is is_constant:
                yield f"{where}: {cell.style} holds {cell.value!r}"
            if kind == "Link" and not elsewhere:
                yield f"{where}: Link is not a reference to another sheet"
            if kind in ("Calc", "Check") and elsewhere:
                yield f"{where}: {kind} is a link"
        elif formula and cell.style != "Text status":
            yield f"{where}: {cell.style} holds a formula"


def is_spilled(file: WorkbookFile, where: str) -> bool:
    """Tell whether a cell holds what an array formula beside it spills."""
    sheet, _, address = where.partition("!")
    return (sheet, address) in file.spilled


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
    for style in styles_of(file):
        seen = contrast(*style_colours(style))
        if seen < READABLE:
            yield f"{style.name}: contrast {seen:.1f}"
    for where, ink, paper in conditional_pairs(file):
        if contrast(ink, paper) < READABLE:
            yield f"{where}: contrast {contrast(ink, paper):.1f}"


def conditional_pairs(file: WorkbookFile) -> Iterator[tuple[str, str, str]]:
    """Where a conditional format applies, and the ink and paper that it makes."""
    for sheet in file.book.worksheets:
        for area in sheet.conditional_formatting:
            styles = {
                sheet.cell(row, column).style
                for part in area.sqref.ranges
                for row, column in part.cells
            }
            for style in styles_of(file):
                for found in area.rules if style.name in styles else []:
                    for ink, paper in conditional_colours(found, *style_colours(style)):
                        yield f"{sheet.title}!{area.sqref}", ink[-6:], paper[-6:]


def conditional_colours(found: Any, ink: str, paper: str) -> Iterator[tuple[str, str]]:
    """Ink and paper under a conditional format: its look, or each colour of its scale."""
    if found.colorScale:
        for colour in found.colorScale.color:
            yield ink, colour.rgb
        return
    look = found.dxf
    ink = look.font.color.rgb if look and look.font and look.font.color else ink
    yield ink, look.fill.bgColor.rgb if look and look.fill else paper


def style_colours(style: Any) -> tuple[str, str]:
    """A style's font colour and background."""
    filled = style.fill.patternType == "solid"
    return style.font.color.rgb[-6:], style.fill.fgColor.rgb[-6:] if filled else "FFFFFF"


# --- Inputs and sources


def input_rows(file: WorkbookFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of Inputs that holds an input: its place, and its cells by column title."""
    sheet = file.book["Inputs"]
    for table in file.tables["Inputs"]:
        if "Value" not in table.columns:
            continue
        for row in table.rows:
            found = {title: sheet.cell(row, column) for title, column in table.columns.items()}
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
        if row["Unit"].value == "word":
            continue
        if not (all(map(is_number, (low, value, high))) and low <= value <= high):
            yield f"{where}: {value} is not from {low} to {high}"
    if not count:
        yield "Inputs has no inputs"


@rule
def sources_resolve(file: WorkbookFile) -> Iterator[str]:
    """Every source named on a sheet has a row on Sources, and each of these is complete (6)."""
    known = set()
    sources = file.book["Sources"]
    for table in file.tables["Sources"]:
        for row in table.rows:
            known.add(sources.cell(row, table.columns["Source"]).value)
            for title in ("Title", "Publisher", "Date"):
                if not sources.cell(row, table.columns[title]).value:
                    yield f"Sources!row {row}: no {title}"
    for sheet in file.book.worksheets:
        for table in file.tables[sheet.title]:
            for row in table.rows if "Source" in table.columns else []:
                cell = sheet.cell(row, table.columns["Source"])
                if cell.value not in known and (cell.value or sheet.title == "Inputs"):
                    where = f"{sheet.title}!{cell.coordinate}"
                    yield f"{where}: source {cell.value!r} is not on Sources"


@rule
def constants_stand_on_inputs(file: WorkbookFile) -> Iterator[str]:
    """No number to be changed but on Inputs (7), none in a formula but universal ones (8).

    The catalog's published figures are data, as the sources have them.
    """
    for where, cell in cells(file):
        is_data = where.startswith("Catalog!") and role(cell) == "Published"
        if is_number(cell.value) and not (
            where.startswith("Inputs!") or is_data or is_spilled(file, where)
        ):
            yield f"{where}: the number {cell.value!r}"
    for where, formula in all_formulas(file):
        for number in figures_in(formula):
            if number not in UNIVERSAL:
                yield f"{where}: the number {number} in a formula"


def figures_in(formula: str) -> Iterator[str]:
    """The numbers written in a formula, but those that count decimals or characters."""
    opened: list[str] = []
    for token in tokens(formula):
        if token.type in (Token.FUNC, Token.PAREN):
            if token.subtype == Token.CLOSE:
                opened.pop()
            else:
                opened.append(token.value.rstrip("(").upper())
        elif token.type == Token.SEP and opened and opened[-1] in COUNTING:
            opened[-1] = "a count"
        elif token.subtype == Token.NUMBER and "a count" not in opened:
            yield token.value


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
                    yield from validation_faults(file, place, name, rules[cell.coordinate])


def validation_faults(file: WorkbookFile, where: str, name: str, found: Any) -> Iterator[str]:
    """What is wrong with the data validation of one input."""
    if not (found.showInputMessage and found.promptTitle and found.prompt):
        yield f"{where}: no prompt"
    if not (found.showErrorMessage and found.errorTitle and found.error):
        yield f"{where}: no error text"
    if found.errorStyle not in (None, "stop"):
        yield f"{where}: an error is only a {found.errorStyle}"
    if found.allow_blank:
        yield f"{where}: may be blank"
    what = stem_of(file, name)
    if words := words_of(file, what):
        if (found.type, found.formula1) != ("list", f'"{words}"'):
            yield f"{where}: {found.type} {found.formula1}, not the list {words}"
        if file.value(*where.split("!")) not in words.split(","):
            yield f"{where}: not one of {words}"
        if file.book["Inputs"][where.partition("!")[2]].number_format != "@":
            yield f"{where}: a word that is not in text format"
        return
    if what not in LIMITS:
        yield f"{where}: no limits are contracted for {name}"
        return
    if found.type != "custom":
        yield f"{where}: validation of type {found.type}"
        return
    condition = re.sub(rf"\b{where.rpartition('!')[2]}\b", "A1", found.formula1)
    for value, taken in zip(TRIED, accepted(condition), strict=True):
        if taken is not allowed(what, value):
            yield f"{where}: {value!r} is {'accepted' if taken else 'refused'}"


def stem_of(file: WorkbookFile, name: str) -> str:
    """An input without the platform's suffix, its number, and the prefix of inputs."""
    for suffix in filter(None, file.platforms):
        name = name.removesuffix(suffix)
    return re.sub(r"_\d+$", "", name.removeprefix("in_"))


def words_of(file: WorkbookFile, what: str) -> str:
    """The words that the contract allows for an input; empty if it is a number."""
    if what not in LISTED:
        return WORDS.get(what, "")
    listed = file.book.defined_names.get(LISTED[what])
    area = listed.attr_text.rpartition("!")[2].replace("$", "") if listed else "A1:A1"
    return ",".join(str(cell.value) for (cell,) in file.book["Catalog"][area])


@rule
def limits_are_told(file: WorkbookFile) -> Iterator[str]:
    """ "In limits" beside an input says what its validation does (12)."""
    rules = validations(file.book["Inputs"])
    for _, row in input_rows(file):
        cell, told = row["Value"], row["In limits"]
        found = rules.get(cell.coordinate)
        formula = formula_of(told)
        if found and found.type == "custom" and formula != f"={found.formula1}":
            yield f"Inputs!{told.coordinate}: {formula}, not ={found.formula1}"
        elif found and found.type == "list":
            words = found.formula1.strip('"').split(",")
            either = ",".join(f'{cell.coordinate}="{word}"' for word in words)
            name = next((n for n in LISTED.values() if f"{cell.coordinate},{n},0" in formula), "")
            if formula not in (f"=OR({either})", f"=ISNUMBER(MATCH({cell.coordinate},{name},0))"):
                yield f"Inputs!{told.coordinate}: {formula} is not that of the list"


@rule
def selector_is_a_list(file: WorkbookFile) -> Iterator[str]:
    """The scenario selector is a list of the catalog's platforms, and own figures (13)."""
    chosen = [name for name in file.places if name.startswith("in_platform")]
    if len(chosen) != len(file.platforms):
        yield f"{len(chosen)} scenario selectors"
    offered = words_of(file, "platform").split(",")
    if offered[0] != OWN_FIGURES or len(offered) < 2:
        yield f"the scenario selector offers {', '.join(offered)}"
    known = {
        file.book["Catalog"].cell(row, table.columns["Platform"]).value
        for table in file.tables["Catalog"]
        if "Key" in table.columns and "For" not in table.columns
        for row in table.rows
    }
    for platform in sorted(set(offered[1:]) ^ known):
        yield f"{platform}: offered by the scenario selector, or in the catalog, not both"


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
def names_resolve(file: WorkbookFile) -> Iterator[str]:
    """Every name points to a cell of its kind; the contracted ones are there (16)."""
    kinds = {"in_": "Input", "out_": "Output", "rel_": "Output", "check_": "Check"}
    names = file.book.defined_names
    for name, defined in names.items():
        if "#REF!" in defined.attr_text:
            yield f"{name}: #REF!"
            continue
        if name in RANGES:
            if not re.fullmatch(r"Catalog!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+", defined.attr_text):
                yield f"{name}: refers to {defined.attr_text}"
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
    yield from ranges_in_step(file)


def missing_names(names: set[str]) -> Iterator[str]:
    """What the contract wants and is not there."""
    stem = "in_cost_per_gpu_hour"
    suffixes = sorted(name.removeprefix(stem) for name in names if name.startswith(stem))
    of_none = {"utilization_point", "grid_step", "target_cost_per_mtok", "check_tolerance"}
    inputs = (LIMITS.keys() | WORDS.keys() | LISTED.keys()) - of_none - {"pflops_like_for_like"}
    wanted = {"check_master", *RANGES, "in_target_cost_per_mtok", "in_check_tolerance"}
    for suffix in suffixes:
        wanted |= {f"in_{name}{suffix}" for name in inputs}
        wanted |= {f"out_{name.lower()}{suffix}" for name in RESULTS}
    if len(suffixes) > 1:
        wanted |= {f"rel_{name}" for name in COMPARED}
    if not suffixes:
        yield "no platform's inputs are named"
    for name in sorted(wanted - names):
        yield f"no name {name}"


def ranges_in_step(file: WorkbookFile) -> Iterator[str]:
    """Ranges that are searched together have the same rows, and no gap."""
    for names in IN_STEP:
        areas = {
            name: range_boundaries(file.book.defined_names[name].attr_text.rpartition("!")[2])
            for name in names
            if name in file.book.defined_names and "REF" not in file.book.defined_names[name].value
        }
        rows = {(top, bottom) for _, top, _, bottom in areas.values()}
        if len(rows) > 1:
            yield f"{', '.join(areas)}: not the same rows"
        for name, (left, top, _, bottom) in areas.items():
            empty = [
                r for r in range(top, bottom + 1) if not file.book["Catalog"].cell(r, left).value
            ]
            if empty:
                yield f"{name}: nothing in rows {empty}"


@rule
def outputs_are_named(file: WorkbookFile) -> Iterator[str]:
    """Each result on a sheet that calculates, each check on Checks has a name (16)."""
    named = set(file.places.values())
    for where, cell in cells(file):
        sheet, _, address = where.partition("!")
        is_result = (sheet in CALC_SHEETS and role(cell) == "Output") or (
            sheet == "Checks" and role(cell) == "Check"
        )
        if is_result and (sheet, address) not in named:
            yield f"{where}: no name"


@rule
def no_broken_reference(file: WorkbookFile) -> Iterator[str]:
    """No #REF! in a formula (16), no reference to a sheet or a name that is not there."""
    for where, formula in all_formulas(file):
        if "#REF!" in formula:
            yield f"{where}: #REF!"
        for sheet in re.findall(r"'?([A-Za-z ]+)'?!", re.sub(r'"[^"]*"', "", formula)):
            if sheet not in (*file.book.sheetnames, "#NUM", "#VALUE", "NUM", "VALUE", "REF"):
                yield f"{where}: no sheet {sheet}"
        for token in tokens(formula):
            if (token.type, token.subtype) == (Token.OPERAND, Token.RANGE):
                is_name = re.fullmatch(r"[A-Za-z_]\w*", token.value) and not re.fullmatch(
                    r"[A-Z]{1,3}\d+", token.value
                )
                if is_name and token.value not in file.book.defined_names:
                    yield f"{where}: no name {token.value}"


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
    for sheet, address in (*file.formulas(), *file.spilled):
        value = file.value(sheet, address)
        if value is None:
            yield f"{sheet}!{address}: no stored value"
        elif isinstance(value, str) and re.fullmatch(r"#[A-Z/0]+[!?]?A?", value):
            yield f"{sheet}!{address}: {value}"


# Formats by unit: those of money have its sign, or four decimals; ratios are percentages or fine.
FITTING: Final = (
    (r"USD.*|\$", r"\$|\.0000"),
    (r"ratio.*|1/yr", r"%|0\.00|0\.0E"),
    (r"x", r'x"|0\.0000'),
    (r"place|levers|tok|yyyymmdd", r"0$"),
    (r"yr", r"0\.0"),
    (r"tok/s.*|J/tok|kW/GPU|PFLOP/s.*|W|GB.*|TB/s.*", r"0\.0"),
)


@rule
def numbers_have_units(file: WorkbookFile) -> Iterator[str]:
    """A unit beside every number or over it, a format that fits it (23)."""
    for sheet in file.book.worksheets:
        for table, cell in cells_of_tables(file, sheet):
            yield from number_faults(file, sheet, table, cell)


def number_faults(file: WorkbookFile, sheet: Any, table: Table, cell: Any) -> Iterator[str]:
    """What is wrong with the unit and the format of one cell of a table."""
    if not is_number(file.value(sheet.title, cell.coordinate)):
        return
    where, shown = f"{sheet.title}!{cell.coordinate}", cell.number_format
    title = table.titles.get(cell.column, "")
    unit = unit_of(sheet, table, cell.row, cell.column)
    if title == "Year" and shown == '"Year "0':
        return
    if title.endswith(" is") and unit != "x":
        unit = "x"  # "Blackwell is 33.9x lower": a ratio, whatever is compared
    fitting = next((fit for known, fit in FITTING if re.fullmatch(known, unit)), None)
    if not unit:
        yield f"{where}: a number without a unit"
    elif shown == "General":
        yield f"{where}: a number in General format"
    elif fitting is None:
        yield f"{where}: {unit} is a unit of no kind"
    elif not re.search(fitting, shown) or is_of_another(unit, shown):
        yield f"{where}: {unit} shown as {shown}"


def is_of_another(unit: str, shown: str) -> bool:
    """Tell whether a format writes the sign of another unit."""
    signs = (("$", r"USD.*|\$"), ("%", r"ratio.*|1/yr"), ('x"', "x"))
    return any(sign in shown and not re.fullmatch(known, unit) for sign, known in signs)


@rule
def numbers_fit(file: WorkbookFile) -> Iterator[str]:
    """Every number fits its column: nothing shows #### (look)."""
    sizes = {s.name: (s.font.sz / BODY_SIZE) * (BOLD if s.font.b else 1) for s in styles_of(file)}
    for sheet in file.book.worksheets:
        room = widths(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                value = file.value(sheet.title, cell.coordinate)
                if is_number(value):
                    text = shown_as(value, cell.number_format)
                    if len(text) * sizes.get(cell.style, 1) > room.get(cell.column, 0):
                        yield f"{sheet.title}!{cell.coordinate}: {text} does not fit"


def styles_of(file: WorkbookFile) -> Iterator[Any]:
    """The named styles of a workbook, but the program's own."""
    for style in file.book._named_styles:
        if style.name != "Normal":
            yield style


def shown_as(value: float, code: str) -> str:
    """A number as a format shows it: scaled by commas, with the signs that it writes."""
    section, value = section_of(value, code)
    bare = re.sub(r'"[^"]*"', "", section)
    if not re.search(r"[0#]", bare):
        return section.strip('"')
    scaled = re.search(r"[0#](,+)(?![0#])", bare)
    value = value / 1000 ** len(scaled[1]) if scaled else value
    value = value * 100 if "%" in bare else value
    places = re.search(r"\.(0+)", bare)
    decimals = len(places[1]) if places else 0
    kind = "E" if "E+" in bare else "f"
    digits = f"{value:{',' if '#,##' in bare else ''}.{decimals}{kind}}"
    signs = ("-" if bare.startswith("-") else "") + "".join(re.findall(r'"([^"]*)"', section))
    return signs + digits + ("%" if "%" in bare else "")


def section_of(value: float, code: str) -> tuple[str, float]:
    """The section of a format that a number falls into, and what is left to show of it."""
    sections = code.split(";")
    tests = {">=": float.__ge__, "<": float.__lt__, "=": float.__eq__}
    for section in sections:
        if found := re.match(r"\[(>=|<|=)([\d.]+)\]", section):
            if tests[found[1]](float(value), float(found[2])):
                return section[found.end() :], value
        elif section is sections[-1] and "[" in code:
            return section, value
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    return sections[2 if value == 0 and len(sections) > 2 else 0], value


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
        used = {cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for column in sorted(used - widths(sheet).keys()):
            yield f"{sheet.title}: column {get_column_letter(column)} without a width"


@rule
def summary_on_one_screen(file: WorkbookFile) -> Iterator[str]:
    """Cards, table, charts and their sources of Summary are seen at once, at 100 % (look)."""
    sheet = file.book["Summary"]
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    ends = [chart.anchor.to for chart in sheet._charts]
    columns = max(cell.column for cell in filled), *(end.col + 1 for end in ends)
    rows = max(cell.row for cell in filled), *(end.row + 1 for end in ends)
    across = sum(
        int(widths(sheet).get(column, 0) * PIXELS_A_CHARACTER) + CELL_PADDING
        for column in range(1, max(columns) + 1)
    )
    down = sum(
        (sheet.row_dimensions[row].height or DEFAULT_HEIGHT) * PIXELS_A_POINT
        for row in range(1, max(rows) + 1)
    )
    if across > SCREEN[0] or down > SCREEN[1]:
        yield f"Summary: {across} x {down:.0f} pixels"
    if sheet.sheet_view.zoomScale not in (None, 100):
        yield f"Summary: zoomed to {sheet.sheet_view.zoomScale} %"


def widths(sheet: Any) -> dict[int, float]:
    """The width of each column that has one; neighbours of one width are stored as one."""
    return {
        column: found.width
        for found in sheet.column_dimensions.values()
        if found.customWidth
        for column in range(found.min, found.max + 1)
    }
