"""A lint of the zip parts, for what makes Excel repair a file and validators let through."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from workbook_file import WorkbookFile

M: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
CT: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
RID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
METADATA_RELATION: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"
)
METADATA_TYPE: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
)
FUNCTIONS: Final = (
    "COST_PER_MTOK", "TOKENS_PER_MW", "JOULES_PER_TOKEN", "FLOPS_PER_DOLLAR", "RELATIVE",
    "CAPITAL_RECOVERY_FACTOR", "GPU_HOUR_COST", "GPU_HOUR_COST_BREAKDOWN", "DELIVERED_TOKENS",
    "TOKENS_NEEDED", "COST_PER_MTOK_INPUT", "COST_PER_MTOK_OUTPUT", "COST_PER_REQUEST",
    "REVENUE_PER_GPU_HOUR", "REVENUE_PER_MW_HOUR", "REVENUE_PER_MW_YEAR", "GROSS_MARGIN",
    "BREAKEVEN_PRICE", "BREAKEVEN_UTILIZATION", "PAYBACK_YEARS", "PLATFORM_FIGURE", "PLATFORMS",
    "COMPARE", "TCO_VERSION", "TCO_ENGINE",
)  # fmt: skip
OUR_FUNCTIONS: Final = re.compile(rf"(?<![\w.])({'|'.join(FUNCTIONS)})\(")
# What spills, and over how many cells to the right.
SPILLING: Final = {"GPU_HOUR_COST_BREAKDOWN": 4}
NEWER: Final = re.compile(
    r"(?<![\w.])(LET|LAMBDA|ISOMITTED|XLOOKUP|XMATCH|MAP|BYROW|BYCOL|SCAN|REDUCE|MAKEARRAY|FILTER"
    r"|SORT|SORTBY|UNIQUE|SEQUENCE|TAKE|DROP|VSTACK|HSTACK|CHOOSECOLS|CHOOSEROWS|EXPAND|TOCOL"
    r"|TEXTSPLIT|TEXTBEFORE|TEXTAFTER|TEXTJOIN|CONCAT|IFS|SWITCH|MAXIFS|MINIFS|RANDARRAY)\("
)
A_NAME: Final = re.compile(r"(?<![\w.!#$])([A-Za-z_]\w*)(?![\w.(!:])")
KEYWORDS: Final = {"TRUE", "FALSE"}
CELL_TYPES: Final = {None, "n", "s", "str", "inlineStr", "b", "e"}
COMMENT_LIMIT, NAME_LIMIT, FORMULA_LIMIT, TEXT_LIMIT = 255, 7900, 8192, 32767
PROMPT_LIMIT, PROMPT_TITLE_LIMIT, STYLES_LIMIT = 255, 32, 200


@dataclass(frozen=True)
class Package:
    """The parts of a workbook, parsed, and the flavour it is meant to be."""

    file: WorkbookFile
    flavour: str

    @property
    def parts(self) -> dict[str, bytes]:
        return self.file.parts

    @cached_property
    def xml(self) -> dict[str, ET.Element]:
        """Every part that parses."""
        found = {}
        for name, part in self.parts.items():
            try:
                found[name] = ET.fromstring(part)
            except ET.ParseError:
                continue
        return found

    @property
    def workbook(self) -> ET.Element:
        return self.xml["xl/workbook.xml"]

    @property
    def sheets(self) -> dict[str, ET.Element]:
        return {name: root for name, root in self.xml.items() if name.startswith("xl/worksheets/s")}

    def formulas(self) -> Iterator[tuple[str, ET.Element, ET.Element]]:
        """Place, cell and formula of every formula."""
        for name, root in self.sheets.items():
            for cell in root.iter(f"{M}c"):
                formula = cell.find(f"{M}f")
                if formula is not None:
                    yield f"{PurePosixPath(name).stem}!{cell.get('r')}", cell, formula

    def relations(self) -> Iterator[tuple[str, str, ET.Element]]:
        """Part that has relations (empty for the package), their part, each relation."""
        for name, root in self.xml.items():
            if name.endswith(".rels"):
                path = PurePosixPath(name)
                source = str(path.parent.parent / path.stem).removeprefix("./")
                for relation in root.iter(f"{REL}Relationship"):
                    yield "" if name == "_rels/.rels" else source, name, relation

    @staticmethod
    def target(source: str, relation: ET.Element) -> str:
        """The part that a relation points to."""
        target = relation.get("Target", "")
        if target.startswith("/"):
            return target[1:]
        parts: list[str] = []
        for piece in (*PurePosixPath(source).parent.parts, *PurePosixPath(target).parts):
            if piece == "..":
                parts.pop()
            elif piece != ".":
                parts.append(piece)
        return "/".join(parts)


Rule = Callable[[Package], Iterator[str]]
RULES: Final[list[Rule]] = []


def lint(file: WorkbookFile, flavour: str) -> list[str]:
    """All that is wrong with the parts of a workbook that is meant to be of that flavour."""
    package = Package(file, flavour)
    early = list(well_formed(package))
    return early or [fault for rule in RULES for fault in rule(package)]


def rule(check: Rule) -> Rule:
    """Make a check one of the rules."""
    RULES.append(check)
    return check


def well_formed(package: Package) -> Iterator[str]:
    """Every part is XML, without DTD and entities; the rest is looked at only then."""
    for name, part in package.parts.items():
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            yield f"{name}: a document type declaration"
        elif name not in package.xml:
            yield f"{name}: not well-formed"


@rule
def zip_is_plain(package: Package) -> Iterator[str]:
    """No name twice, none that leads out of the package."""
    with ZipFile(io.BytesIO(package.file.content)) as archive:
        names = archive.namelist()
        damaged = archive.testzip()
    if damaged:
        yield f"{damaged}: damaged"
    for name, count in Counter(name.lower() for name in names).items():
        if count > 1:
            yield f"{name}: {count} times in the zip"
    for name in names:
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            yield f"{name}: leads elsewhere"


@rule
def relations_resolve(package: Package) -> Iterator[str]:
    """Every relation points to a part, every part is pointed to, every id is known."""
    reached = {"[Content_Types].xml"}
    known: dict[str, list[str]] = {}
    for source, where, relation in package.relations():
        known.setdefault(source, []).append(relation.get("Id", ""))
        target = package.target(source, relation)
        if target not in package.parts:
            yield f"{where}: {relation.get('Id')} points to {target}, which is not there"
        reached.add(target)
    for source, ids in known.items():
        for identifier, count in Counter(ids).items():
            if count > 1:
                yield f"{source}: {identifier} {count} times"
    for name, root in package.xml.items():
        for element in root.iter():
            identifier = element.get(RID)
            if identifier and identifier not in known.get(name, []):
                yield f"{name}: {identifier} is not related to anything"
    for name in package.parts:
        if not name.endswith(".rels") and name not in reached:
            yield f"{name}: nothing points to it"


@rule
def content_types_cover(package: Package) -> Iterator[str]:
    """Each part has a content type, each content type a part."""
    root = package.xml["[Content_Types].xml"]
    defaults = [default.get("Extension") for default in root.iter(f"{CT}Default")]
    overrides = [override.get("PartName") for override in root.iter(f"{CT}Override")]
    for name, count in Counter(overrides + defaults).items():
        if count > 1:
            yield f"{name}: {count} content types"
    for name in overrides:
        if (name or "")[1:] not in package.parts:
            yield f"{name}: a content type of no part"
    for name in package.parts:
        if name.endswith(".rels"):
            if "rels" not in defaults:
                yield f"{name}: no content type"
        elif name != "[Content_Types].xml" and f"/{name}" not in overrides:
            yield f"{name}: no content type of its own"


@rule
def cell_metadata(package: Package) -> Iterator[str]:
    """``cm`` on a cell needs the metadata part, its relation and its content type."""
    used = [(where, cell.get("cm")) for where, cell, _ in package.formulas() if cell.get("cm")]
    kinds = [relation.get("Type") for _, _, relation in package.relations()]
    types = [o.get("ContentType") for o in package.xml["[Content_Types].xml"].iter(f"{CT}Override")]
    count = 0
    if "xl/metadata.xml" in package.xml:
        cells = package.xml["xl/metadata.xml"].find(f"{M}cellMetadata")
        count = 0 if cells is None else len(cells)
    if used and METADATA_RELATION not in kinds:
        yield "cells with cm, and no relation to metadata"
    if used and METADATA_TYPE not in types:
        yield "cells with cm, and no content type of metadata"
    for where, number in used:
        if int(number or 0) > count:
            yield f"{where}: cm={number}, of {count}"


@rule
def names_are_sound(package: Package) -> Iterator[str]:
    """Names that Excel takes: form, length, comment, once each."""
    names = list(package.workbook.iter(f"{M}definedName"))
    seen = Counter((name.get("name", "").lower(), name.get("localSheetId")) for name in names)
    for (name, _), count in seen.items():
        if count > 1:
            yield f"{name}: defined {count} times"
    for element in names:
        name, text = element.get("name", ""), element.text or ""
        if not re.fullmatch(r"[A-Za-z_\\][\w.]*", name) or len(name) > COMMENT_LIMIT:
            yield f"{name}: not a name"
        if looks_like_a_cell(name):
            yield f"{name}: reads like a cell"
        if len(element.get("comment", "")) > COMMENT_LIMIT:
            yield f"{name}: a comment of {len(element.get('comment', ''))} characters"
        if len(text) >= NAME_LIMIT:
            yield f"{name}: a text of {len(text)} characters"
        if text.startswith("=") or not text.strip():
            yield f"{name}: its text is {text[:9]!r}"
        if not balanced(text):
            yield f"{name}: parentheses do not balance"
        for newer in NEWER.findall(text):
            yield f"{name}: {newer} without _xlfn."


def looks_like_a_cell(name: str) -> bool:
    """``ABC1``, ``R1C1``, ``R``, ``C`` are addresses to Excel."""
    if re.fullmatch(r"[Rr]\d*([Cc]\d*)?|[Cc]\d*", name):
        return True
    match = re.fullmatch(r"([A-Za-z]{1,3})(\d{1,7})", name)
    return bool(
        match
        and column_index_from_string(match[1].upper()) <= 16_384
        and 1 <= int(match[2]) <= 1_048_576
    )


def balanced(text: str) -> bool:
    """Tell whether parentheses balance, texts in quotes left out."""
    depth = 0
    for character in re.sub(r'"[^"]*"', "", text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


@rule
def lambdas_only_where_they_belong(package: Package) -> Iterator[str]:
    """The lambda flavour has its functions as names in stored form; the others have none."""
    found = {
        name.get("name", ""): name.text or ""
        for name in package.workbook.iter(f"{M}definedName")
        if "LAMBDA" in (name.text or "")
    }
    if package.flavour != "lambda":
        for name in found:
            yield f"{name}: a LAMBDA in the {package.flavour} flavour"
        return
    texts = [formula.text or "" for _, _, formula in package.formulas()]
    called = {call for text in (*texts, *found.values()) for call in OUR_FUNCTIONS.findall(text)}
    for name in sorted(called - found.keys()):
        yield f"{name}: called, and no LAMBDA"
    for name, text in found.items():
        form = re.fullmatch(r"_xlfn\.LAMBDA\((?:_xlpm\.\w+,)*+(?:_xlop\.\w+,)*+([\"\w].*)\)", text)
        if not form:
            yield f"{name}: not in the form _xlfn.LAMBDA(_xlpm.…,_xlop.…,…)"
        elif "_xlop." in form[1]:
            yield f"{name}: _xlop. in the body"
        if "[" in text:
            yield f"{name}: brackets around a parameter"


@rule
def names_are_known(package: Package) -> Iterator[str]:
    """A name in a formula, or in another name's text, is one of the workbook's."""
    names = list(package.workbook.iter(f"{M}definedName"))
    known = {name.get("name", "") for name in names} | KEYWORDS
    texts = [(name.get("name", ""), name.text or "") for name in names]
    texts += [(where, formula.text or "") for where, _, formula in package.formulas()]
    for where, text in texts:
        plain = re.sub(r"\"[^\"]*\"|'[^']*'|#[A-Z]+(/[A-Z]+)?[!?]?", "", text)
        for name in dict.fromkeys(A_NAME.findall(plain)):
            if name not in known and not looks_like_a_cell(name):
                yield f"{where}: {name} is no name of the workbook"


@rule
def names_refer_to_cells(package: Package) -> Iterator[str]:
    """A name that is no function is a cell or a range of a sheet that is there, fixed."""
    sheets = {sheet.get("name", "") for sheet in package.workbook.iter(f"{M}sheet")}
    for element in package.workbook.iter(f"{M}definedName"):
        name, text = element.get("name", ""), element.text or ""
        if "LAMBDA" in text or name.startswith("_xlnm."):
            continue
        found = re.fullmatch(r"'?([^'!]+)'?!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", text)
        if not found or found[1] not in sheets:
            yield f"{name}: refers to {text}"


@rule
def calls_are_dynamic(package: Package) -> Iterator[str]:
    """Our functions are called in dynamic array cells, and not at all in the native flavour."""
    calls = 0
    for where, cell, formula in package.formulas():
        text = formula.text or ""
        ours = bool(OUR_FUNCTIONS.search(text))
        calls += ours
        if ours and package.flavour == "native":
            yield f"{where}: calls a function in the native flavour"
        elif ours and formula.get("t") != "array":
            yield f"{where}: a call that Excel shows with @"
        elif ours and formula.get("ref") != due_range(cell.get("r", ""), text):
            yield f"{where}: spills over {formula.get('ref')}"
        elif (formula.get("t") == "array") is not (cell.get("cm") == "1"):
            yield f"{where}: t={formula.get('t')}, cm={cell.get('cm')}"
        elif formula.get("t") == "array" and not ours:
            yield f"{where}: an array formula that calls none of our functions"
    if not calls and package.flavour != "native":
        yield "no cell calls our functions"


def due_range(place: str, text: str) -> str:
    """What a cell's formula must cover: the cell, and to its right what the function spills."""
    called = text.partition("(")[0]
    if called not in SPILLING:
        return place
    letters, row = re.sub(r"\d", "", place), re.sub(r"\D", "", place)
    last = column_index_from_string(letters) + SPILLING[called] - 1
    return f"{place}:{get_column_letter(last)}{row}"


@rule
def spills_hold_values(package: Package) -> Iterator[str]:
    """Where an array formula spills, each cell has its value, and none a formula of its own."""
    for name, root in package.sheets.items():
        sheet = PurePosixPath(name).stem
        cells = {cell.get("r", ""): cell for cell in root.iter(f"{M}c")}
        taken: Counter[str] = Counter()
        for place, cell in cells.items():
            formula = cell.find(f"{M}f")
            if formula is None or not formula.get("ref", "").startswith(f"{place}:"):
                continue
            for other in covered(formula.get("ref", "")):
                taken[other] += 1
                there = cells.get(other)
                if other == place:
                    continue
                if there is None or there.find(f"{M}v") is None:
                    yield f"{sheet}!{other}: no value where {place} spills"
                elif there.find(f"{M}f") is not None or there.get("cm"):
                    yield f"{sheet}!{other}: in the way of what {place} spills"
        for place, count in taken.items():
            if count > 1:
                yield f"{sheet}!{place}: {count} formulas spill here"


def covered(area: str) -> Iterator[str]:
    """The cells of a range."""
    left, top, right, bottom = range_boundaries(area)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            yield f"{get_column_letter(column)}{row}"


@rule
def series_are_sound(package: Package) -> Iterator[str]:
    """Series of a chart are numbered apart, and each has a point for every category."""
    for name, root in package.xml.items():
        if not name.startswith("xl/charts/chart"):
            continue
        chart = PurePosixPath(name).stem
        series = list(root.iter(f"{C}ser"))
        for tag in ("idx", "order"):
            numbers = Counter(found.get("val") for one in series for found in one.iterfind(C + tag))
            for number, count in numbers.items():
                if count > 1:
                    yield f"{chart}: {tag} {number} {count} times"
        known = {found.get("val") for one in series for found in one.iterfind(f"{C}idx")}
        for entry in root.iterfind(f".//{C}legendEntry/{C}idx"):
            if entry.get("val") not in known:
                yield f"{chart}: a legend entry of series {entry.get('val')}"
        for place, one in enumerate(series):
            scattered = one.find(f"{C}xVal") is not None
            parts = ("xVal", "yVal") if scattered else ("cat", "val")
            counts = [one.find(f"{C}{part}//{C}ptCount") for part in parts]
            said = [None if count is None else count.get("val") for count in counts]
            if None in said or said[0] != said[1]:
                yield f"{chart}: series {place} has {said[1]} values for {said[0]} categories"
            for cache in one.iter():
                points, count = cache.findall(f"{C}pt"), cache.find(f"{C}ptCount")
                if count is not None and int(count.get("val", 0)) != len(points):
                    kept = f"{len(points)} of {count.get('val')} points"
                    yield f"{chart}: series {place} keeps {kept}"


@rule
def computed_on_load(package: Package) -> Iterator[str]:
    """Everything is computed when the file is opened, and no stale chain says otherwise."""
    properties = package.workbook.find(f"{M}calcPr")
    if properties is None or properties.get("fullCalcOnLoad") not in ("1", "true"):
        yield "not computed on load"
    for name in package.parts:
        if "calcChain" in name:
            yield f"{name}: a stored order of calculation"


@rule
def styles_are_sane(package: Package) -> Iterator[str]:
    """Few styles, and none used that is not there."""
    styles = package.xml["xl/styles.xml"]
    formats = len(styles.findall(f"{M}cellXfs/{M}xf"))
    looks = len(styles.findall(f"{M}dxfs/{M}dxf"))
    if formats > STYLES_LIMIT:
        yield f"{formats} cell formats"
    for name, root in package.sheets.items():
        for cell in root.iter(f"{M}c"):
            if int(cell.get("s", 0)) >= formats:
                yield f"{name}!{cell.get('r')}: style {cell.get('s')} of {formats}"
        for found in root.iter(f"{M}cfRule"):
            if int(found.get("dxfId", 0)) >= looks:
                yield f"{name}: conditional look {found.get('dxfId')} of {looks}"


@rule
def sheets_are_ordered(package: Package) -> Iterator[str]:
    """Rows and cells ascend, types are known, texts are short enough."""
    for name, root in package.sheets.items():
        rows = [int(row.get("r", 0)) for row in root.iter(f"{M}row")]
        if rows != sorted(set(rows)):
            yield f"{name}: rows out of order"
        for row in root.iter(f"{M}row"):
            places = [cell.get("r", "") for cell in row]
            columns = [column_index_from_string(re.sub(r"\d", "", place)) for place in places]
            if columns != sorted(set(columns)):
                yield f"{name}: cells out of order in row {row.get('r')}"
            for cell in row:
                if re.sub(r"\D", "", cell.get("r", "")) != row.get("r"):
                    yield f"{name}: {cell.get('r')} in row {row.get('r')}"
                if cell.get("t") not in CELL_TYPES:
                    yield f"{name}!{cell.get('r')}: of type {cell.get('t')}"
                if len("".join(cell.itertext())) > TEXT_LIMIT:
                    yield f"{name}!{cell.get('r')}: a text too long"
    for where, _, formula in package.formulas():
        text = formula.text or ""
        if len(text) > FORMULA_LIMIT:
            yield f"{where}: a formula too long"
        if text.startswith("=") or not text or not balanced(text):
            yield f"{where}: not a formula: {text[:20]!r}"
        for newer in NEWER.findall(text):
            yield f"{where}: {newer} without _xlfn."


@rule
def validations_fit(package: Package) -> Iterator[str]:
    """Data validations within Excel's lengths."""
    limits = {
        "promptTitle": PROMPT_TITLE_LIMIT, "errorTitle": PROMPT_TITLE_LIMIT,
        "prompt": PROMPT_LIMIT, "error": PROMPT_LIMIT,
    }  # fmt: skip
    for name, root in package.sheets.items():
        for found in root.iter(f"{M}dataValidation"):
            for attribute, limit in limits.items():
                if len(found.get(attribute, "")) > limit:
                    yield f"{name}!{found.get('sqref')}: {attribute} too long"
            if len(found.findtext(f"{M}formula1") or "") > PROMPT_LIMIT:
                yield f"{name}!{found.get('sqref')}: formula too long"
