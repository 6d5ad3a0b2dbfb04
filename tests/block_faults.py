"""Formulas that do not go on as their neighbours do, and links that do not link what they say.

A reference means the same in two cells if it is as many steps away, or the one cell that both
refer to, or bears the same name, or stands in the row and column of the same label: each seen
from the platform that its cell belongs to.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any, Final

from openpyxl.utils import column_index_from_string, get_column_letter
from workbook_file import WorkbookFile, formula_of
from workbook_tables import Table, unit_of

Meanings = set[Hashable]

NO_BLOCKS: Final = {"Cover", "Inputs", "Checks", "Sources"}
# The first title of tables with a quantity in each row, the platforms side by side.
QUANTITIES: Final = {"Input", "Result", "Figure", "Part", "Metric"}
# A waterfall begins and ends otherwise than it steps.
ENDS: Final = {"Baseline", "Delivered"}
# Published as "35x lower": read from the baseline's side.
READ_BACKWARDS: Final = {("Relative", "Cost per million tokens")}
# Words for the same figure that differ where it is linked to.
ALIASES: Final = {
    "Measured baseline": "Token output per GPU",
    "Peak compute per GPU, like for like": "Peak compute per GPU, FP8 dense",
    "With the levers in force, at full utilization": "Token output per GPU",
}
SMALL_WORDS: Final = {"platform", "at", "point"}
REFERENCE: Final = re.compile(
    r"(?:('[^']+'|[A-Za-z]+)!)?(?<![A-Za-z_.\d\"|])\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?"
    r"(?![\w(])"
)
END: Final = re.compile(r"\b(low|high)\b", re.IGNORECASE)
LINK: Final = re.compile(r"=('[^']+'|\w+)!\$?([A-Z]+)\$?(\d+)")


def is_link(formula: str) -> bool:
    """Tell whether a formula is a reference to another sheet and nothing more."""
    return bool(LINK.fullmatch(formula))


def blocks_are_consistent(file: WorkbookFile) -> Iterator[str]:
    """One formula along each block (15): platforms, grids, schedules, ranges, rankings."""
    for sheet in file.book.worksheets:
        if sheet.title in NO_BLOCKS:
            continue
        for table in file.tables[sheet.title]:
            for where, block in blocks(file, sheet, table):
                odd = odd_ones(file, sheet.title, block)
                if odd:
                    yield f"{sheet.title}!{where}: {', '.join(odd)} otherwise than the rest"


def blocks(file: WorkbookFile, sheet: Any, table: Table) -> Iterator[tuple[str, list[Any]]]:
    """What must go on alike: like-titled columns along a row, and columns downwards."""
    if not any(
        formula_of(sheet.cell(row, column)) for row in table.rows for column in table.titles
    ):
        return
    kinds = {column: kind_of(file, title) for column, title in table.titles.items()}
    labels = {row: label_of(file, sheet.title, table, row) for row in table.rows}
    row_kinds = {row: row_kind(file, sheet, table, row, labels) for row in table.rows}
    by_kind: dict[str, list[int]] = defaultdict(list)
    for column, kind in kinds.items():
        by_kind[kind].append(column)
    for columns in by_kind.values():
        for row in table.rows:
            cells = [sheet.cell(row, column) for column in columns]
            yield f"row {row}", with_formulas(cells)
    for column, kind in kinds.items():
        is_label = column == min(table.titles)
        is_other = is_label or "(end)" in kind or has_platform(file, table.titles[column])
        is_mixed = "For" in table.columns and kind == "Tier or basis"
        if (table.first in QUANTITIES and is_other) or is_mixed:
            continue
        by_row: dict[Hashable, list[Any]] = defaultdict(list)
        for row in table.rows:
            by_row[row_kinds[row]].append(sheet.cell(row, column))
        for row_is, cells in by_row.items():
            block = with_formulas(cells)
            yield f"column {get_column_letter(column)}", without_opening(block, row_is == "end")


def kind_of(file: WorkbookFile, title: str) -> str:
    """A title without what differs among columns of one kind: platform, low or high, number."""
    kind = without_platform(file, title)
    kind = END.sub("(end)", kind)
    return re.sub(r"\d+", "n", kind).strip()


def without_platform(file: WorkbookFile, text: str) -> str:
    """A text without the labels of platforms."""
    return file.labels.sub("(platform)", text)


def has_platform(file: WorkbookFile, text: str) -> bool:
    """Tell whether a text names a platform."""
    return bool(file.labels.search(text))


def row_kind(
    file: WorkbookFile, sheet: Any, table: Table, row: int, labels: dict[int, str]
) -> Hashable:
    """Rows of one kind go on alike: those with the same label, or all that have their own."""
    label = labels[row]
    if table.first == "Metric" and "Platform" in table.columns:
        word = str(sheet.cell(row, table.columns["Platform"]).value)
        return (without_platform(file, word), (word, label) in READ_BACKWARDS)
    if "For" in table.columns:
        return ""
    if has_platform(file, label):
        return without_platform(file, label)
    if label in ENDS:
        return "end"
    return label if list(labels.values()).count(label) > 1 else ""


def label_of(file: WorkbookFile, sheet: str, table: Table, row: int) -> str:
    """What a row is called: under "For", where the first column is no label."""
    column = table.columns.get("For", min(table.titles))
    return str(file.value(sheet, f"{get_column_letter(column)}{row}") or "")


def with_formulas(cells: list[Any]) -> list[Any]:
    """The cells that hold a formula."""
    return [cell for cell in cells if formula_of(cell)]


def without_opening(block: list[Any], is_end: bool) -> list[Any]:
    """A block without the 1 that a count begins with; at the ends of a waterfall, without links."""
    if is_end:
        return [cell for cell in block if not re.fullmatch(r"=[A-Z]+\d+", formula_of(cell))]
    if len(block) > 1 and formula_of(block[0]) == "=1":
        counts = formula_of(block[1]) == f"={block[0].coordinate}+1"
        return block[1:] if counts else block
    return block


def odd_ones(file: WorkbookFile, sheet: str, block: list[Any]) -> list[str]:
    """The cells of a block that do not go on as most of it does."""
    if len(block) < 2:
        return []
    seen = [parsed(file, sheet, cell) for cell in block]
    best = max(range(len(seen)), key=lambda i: sum(alike(seen[i], other) for other in seen))
    odd = [
        cell.coordinate
        for cell, other in zip(block, seen, strict=True)
        if not alike(seen[best], other)
    ]
    if odd or all_alike(seen):
        return odd
    return [cell.coordinate for cell in block]


Parsed = tuple[str, list[Meanings]]


def parsed(file: WorkbookFile, sheet: str, cell: Any) -> Parsed:
    """A formula without its references, and what each of these means, seen from its cell."""
    text = formula_of(cell)
    found: list[Meanings] = []

    def taken(match: re.Match[str]) -> str:
        target, column, row, last_column, last_row = match.groups()
        target = (target or sheet).strip("'")
        for letters, number in ((column, row), (last_column, last_row)):
            if letters:
                found.append(meanings(file, sheet, cell, target, letters, int(number)))
        return "@:@" if last_column else "@"

    pieces = re.split(r'("[^"]*")', text)
    skeleton = "".join(p if p.startswith('"') else REFERENCE.sub(taken, p) for p in pieces)
    return skeleton, found


def meanings(
    file: WorkbookFile, sheet: str, cell: Any, target: str, letters: str, row: int
) -> Meanings:
    """All that a reference may mean, seen from a cell."""
    column = column_index_from_string(letters)
    found: Meanings = {("step", target, row - cell.row, column - cell.column)}
    if target not in file.tables:
        return found
    mine = platform_of(file, sheet, cell.row, cell.column)
    its = platform_of(file, target, row, column)
    title, own_title = title_at(file, target, row, column), title_at(file, sheet, *place_of(cell))
    table = table_at(file, target, row)
    label = plain(label_of(file, target, table, row)) if table else ""
    end = end_of(own_title)
    if not differ(mine, its) and not differ(end_of(title) or end_of(label), end):
        found.add(("place", target, row, column))
    if not table:
        return found
    whose = "own" if its == mine else its
    suffix = next((key for key, label in file.platforms.items() if label == its), "")
    seen = without_platform(file, title)
    if end:
        seen, label = (re.sub(rf"(?i)\b{end}\b", "(own end)", text) for text in (seen, label))
    for other in table.titles:
        if name := file.names.get((target, f"{get_column_letter(other)}{row}")):
            found.add(("name", whose, name.removesuffix(suffix), seen))
    own_table = table_at(file, sheet, cell.row)
    own_label = plain(label_of(file, sheet, own_table, cell.row)) if own_table else ""
    for own in filter(None, (own_label, own_title)):
        label = re.sub(rf"^{re.escape(own)}(?=$|\W)", "(own)", label)
    found.add(("label", target, whose, without_platform(file, label), seen))
    return found


def place_of(cell: Any) -> tuple[int, int]:
    """Row and column of a cell."""
    return cell.row, cell.column


def title_at(file: WorkbookFile, sheet: str, row: int, column: int) -> str:
    """The title over a cell."""
    table = table_at(file, sheet, row)
    return table.titles.get(column, "") if table else ""


def end_of(title: str) -> str:
    """Which end of a range a title speaks of."""
    found = END.search(title)
    return found[0].lower() if found else ""


def differ(one: str, other: str) -> bool:
    """Tell whether two words are said, and are not the same."""
    return bool(one and other and one != other)


def plain(label: str) -> str:
    """A label without the words that say that the figure is the one in force, and of what."""
    return re.sub(r", with levers$| in force$| \([^)]*\)$", "", label)


def table_at(file: WorkbookFile, sheet: str, row: int) -> Table | None:
    """The table that has a row."""
    return file.tables_by_row.get((sheet, row))


def platform_of(file: WorkbookFile, sheet: str, row: int, column: int) -> str:
    """The platform that a cell belongs to, by its column's title, its row's label, its band."""
    table = table_at(file, sheet, row)
    if not table:
        return ""
    beside = get_column_letter(table.columns.get("Platform", column))
    words = (
        table.titles.get(column, ""),
        label_of(file, sheet, table, row),
        str(file.value(sheet, f"{beside}{row}")),
        table.section,
    )
    for text in words:
        if named := file.labels.search(text):
            return named[1]
    return ""


def alike(one: Parsed, other: Parsed) -> bool:
    """Tell whether two formulas are one, seen each from its cell."""
    return one[0] == other[0] and all(a & b for a, b in zip(one[1], other[1], strict=True))


def all_alike(block: list[Parsed]) -> bool:
    """Tell whether all formulas of a block are one in the same way."""
    return all(set.intersection(*each) for each in zip(*(refs for _, refs in block), strict=True))


def links_are_what_they_say(file: WorkbookFile) -> Iterator[str]:
    """A link has the unit, the platform and the label of what it takes (9, 15)."""
    for sheet in file.book.worksheets:
        for table in file.tables[sheet.title]:
            for row in table.rows:
                for column in table.titles:
                    yield from link_faults(file, sheet, table, sheet.cell(row, column))


def link_faults(file: WorkbookFile, sheet: Any, table: Table, cell: Any) -> Iterator[str]:
    """What is wrong with one cell, if it is a link to a cell of a table."""
    match = LINK.fullmatch(formula_of(cell))
    if not match or match[1].strip("'") not in file.tables:
        return
    title, row, column = match[1].strip("'"), int(match[3]), column_index_from_string(match[2])
    target = table_at(file, title, row)
    if not target:
        return
    where = f"{sheet.title}!{cell.coordinate}"
    if cell.data_type != "s" and not isinstance(file.value(sheet.title, cell.coordinate), str):
        units = (
            unit_of(sheet, table, cell.row, cell.column),
            unit_of(file.book[title], target, row, column),
        )
        is_ratio = table.titles[cell.column].endswith(" is")
        if units[1] != ("x" if is_ratio else units[0]):
            yield f"{where}: a link in {units[0]} to {units[1]}"
    mine = platform_of(file, sheet.title, cell.row, cell.column)
    its = platform_of(file, title, row, column)
    if mine and its and mine != its:
        yield f"{where}: a link of {mine} to {its}"
    label = label_of(file, sheet.title, table, cell.row)
    if "For" in table.columns:
        label = table.titles[cell.column]
    linked = label_of(file, title, target, row)
    if cell.column != min(table.titles) and not same_words(file, label, linked):
        yield f"{where}: {label!r} links to {linked!r}"


def same_words(file: WorkbookFile, label: str, linked: str) -> bool:
    """Tell whether two labels speak of one figure: the shorter's words are in the longer."""
    words = [
        set(re.findall(r"[a-z]+", without_platform(file, plain(ALIASES.get(text, text))).lower()))
        - SMALL_WORDS
        for text in (label, linked)
    ]
    shorter, longer = sorted(words, key=len)
    if " or " in label:
        return bool(shorter & longer)
    return shorter <= longer
