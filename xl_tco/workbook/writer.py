"""A description written as an openpyxl workbook: cells and styles, nothing of the model."""

from typing import Any, Final

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.formula.translate import Translator
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from xl_tco.errors import ExcelError
from xl_tco.functions import TABLE
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.hosts.lambda_names import lambda_comment, lambda_text
from xl_tco.workbook.charts import make_chart
from xl_tco.workbook.description import (
    Book,
    Call,
    Cell,
    Chart,
    Effect,
    Either,
    Formula,
    Native,
    Part,
    Sheet,
    Table,
    Validation,
)
from xl_tco.workbook.layout import Address, Layout, placed
from xl_tco.workbook.styles import EFFECTS, HEAT, named_styles, solid

CREATOR: Final = "xl_tco"
_PAPER_A4: Final = 9
_PROMPT_LIMIT, _TITLE_LIMIT = 255, 32
_DIFFERENTIAL_FORMAT_ID: Final = 200
_FAR_ROW: Final = 10_000
_DEFAULT_HEIGHT: Final = 18.0
_EMU_PER_POINT: Final = 12_700
_EMU_PER_CHARACTER: Final = 66_675
_INSET: Final = 0.9


def write(book: Book, flavour: Flavour, version: str) -> Workbook:
    """Write a book in one of its flavours."""
    layout = Layout(book)
    workbook = Workbook()
    workbook.remove(workbook.active)
    for style in named_styles():
        workbook.add_named_style(style)
    for sheet in book.sheets:
        _write_sheet(workbook.create_sheet(sheet.title), sheet, layout, flavour, version)
    for sheet in book.sheets:
        for address, cell in placed(sheet):
            if cell.named:
                _define(workbook, cell.key, address.absolute)
        for name, span in sheet.ranges.items():
            _define(workbook, name, layout.range(span))
    if flavour is Flavour.LAMBDA:
        for function in TABLE:
            _define(
                workbook,
                function.worksheet_name,
                lambda_text(function),
                lambda_comment(function),
            )
    workbook.properties.title = book.title
    workbook.properties.subject = book.subject
    workbook.properties.creator = CREATOR
    workbook.properties.lastModifiedBy = CREATOR
    workbook.calculation.fullCalcOnLoad = True
    workbook.active = 0
    return workbook


def _define(workbook: Workbook, name: str, text: str, comment: str | None = None) -> None:
    workbook.defined_names.add(DefinedName(name, attr_text=text, comment=comment))


def _write_sheet(
    worksheet: Worksheet, sheet: Sheet, layout: Layout, flavour: Flavour, version: str
) -> None:
    for index, column in enumerate(sheet.columns, start=1):
        worksheet.column_dimensions[get_column_letter(index)].width = column.width
    for number, row in enumerate(sheet.rows, start=1):
        worksheet.row_dimensions[number].height = row.height or _DEFAULT_HEIGHT
    for address, cell in placed(sheet):
        _write_cell(worksheet, address, cell, layout, flavour)
    _write_highlights(worksheet, sheet, layout)
    for span in sheet.heat:
        worksheet.conditional_formatting.add(
            layout.range(span).rpartition("!")[2].replace("$", ""),
            ColorScaleRule(
                start_type="min", start_color=HEAT[0], end_type="max", end_color=HEAT[1]
            ),
        )
    for table in sheet.tables:
        _write_table(worksheet, table, layout)
    for chart in sheet.charts:
        _place_chart(worksheet, sheet, chart, layout)
    _set_view(worksheet, sheet)
    _set_page(worksheet, sheet, version)


def _write_table(worksheet: Worksheet, table: Table, layout: Layout) -> None:
    area = layout.range(table.span).rpartition("!")[2].replace("$", "")
    left, top, right, _ = range_boundaries(area)
    made = ExcelTable(name=table.name, displayName=table.name, ref=area)
    made.tableColumns = [
        TableColumn(id=number, name=worksheet.cell(top, column).value)
        for number, column in enumerate(range(left, right + 1), start=1)
    ]
    made.autoFilter = AutoFilter(ref=area)
    # The cells have styles of their own.
    made.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    worksheet.add_table(made)


def _write_cell(
    worksheet: Worksheet, address: Address, cell: Cell, layout: Layout, flavour: Flavour
) -> None:
    target = worksheet.cell(address.row, address.column)
    content = cell.content
    if isinstance(content, (Formula, Call, Native, Either, Part)):
        text = layout.text(content, address.sheet, flavour)
        called = isinstance(content, (Call, Either, Part)) and flavour.calls_by_name
        if not called:
            target.value = text
        elif not isinstance(content, Part):
            target.value = ArrayFormula(address.local, text)
        elif content.place == 0:
            last = target.offset(0, len(content.function.parts) - 1).coordinate
            target.value = ArrayFormula(f"{address.local}:{last}", text)
    elif isinstance(content, ExcelError):
        target.value = content.value
    elif isinstance(content, str):
        # A string stays a string, even when it begins with "=" or reads like an error.
        target.value = content
        target.data_type = "s"
    else:
        target.value = content
    target.style = cell.style.value
    if cell.format != "General":
        target.number_format = cell.format.value
    if cell.validation:
        worksheet.add_data_validation(_validation(cell.validation, address))
    if cell.link:
        target.hyperlink = Hyperlink(ref=address.local, location=f"'{cell.link}'!A1")


def _validation(rule: Validation, address: Address) -> DataValidation:
    if rule.listed:
        kind, formula = "list", rule.listed
    elif rule.words:
        kind, formula = "list", '"' + ",".join(rule.words) + '"'
    else:
        kind, formula = "custom", rule.condition.format(cell=address.local)
    made = DataValidation(
        type=kind,
        formula1=formula,
        allow_blank=False,
        showInputMessage=True,
        showErrorMessage=True,
        promptTitle=rule.title[:_TITLE_LIMIT],
        prompt=rule.prompt[:_PROMPT_LIMIT],
        errorTitle="Not allowed here",
        error=rule.error[:_PROMPT_LIMIT],
    )
    made.add(address.local)
    return made


def _write_highlights(worksheet: Worksheet, sheet: Sheet, layout: Layout) -> None:
    """One rule for all cells of a column that have the same condition, seen from each cell."""
    groups: dict[tuple[Effect, int, str], list[tuple[str, str]]] = {}
    for highlight in sheet.highlights:
        place = layout[highlight.key]
        formula = layout.condition(highlight.condition, sheet.title)
        common = f"{get_column_letter(place.column)}{_FAR_ROW}"
        relative = Translator(f"={formula}", place.local).translate_formula(common)
        group = groups.setdefault((highlight.effect, place.column, relative), [])
        group.append((place.local, formula))
    for (effect, _, _), cells in groups.items():
        rule = Rule(type="expression", dxf=_look(EFFECTS[effect]), formula=[cells[0][1]])
        worksheet.conditional_formatting.add(" ".join(local for local, _ in cells), rule)


def _look(effect: dict[str, Any]) -> DifferentialStyle:
    look = DifferentialStyle(font=effect.get("font"), border=effect.get("border"))
    if "fill" in effect:
        look.fill = solid(effect["fill"], conditional=True)
    if "number_format" in effect:
        look.numFmt = NumberFormat(
            numFmtId=_DIFFERENTIAL_FORMAT_ID, formatCode=effect["number_format"]
        )
    return look


def _place_chart(worksheet: Worksheet, sheet: Sheet, chart: Chart, layout: Layout) -> None:
    made = make_chart(chart, layout)
    column = next(i for i, item in enumerate(sheet.columns) if item.name == chart.column)
    made.anchor = TwoCellAnchor(
        editAs="oneCell",
        _from=_marker(sheet, column, chart.top),
        to=_marker(sheet, column + chart.columns - 1, chart.top + chart.height, _INSET),
    )
    worksheet.add_chart(made)


def _marker(sheet: Sheet, column: int, points: float, share: float = 0) -> AnchorMarker:
    """The place so many points from the top of the sheet, in a share of a column's width."""
    row = 0
    while points >= (height := _row_height(sheet, row)):
        points -= height
        row += 1
    across = share * sheet.columns[column].width * _EMU_PER_CHARACTER
    return AnchorMarker(
        col=column, colOff=int(across), row=row, rowOff=int(points * _EMU_PER_POINT)
    )


def _row_height(sheet: Sheet, row: int) -> float:
    given = sheet.rows[row].height if row < len(sheet.rows) else None
    return given or _DEFAULT_HEIGHT


def _set_view(worksheet: Worksheet, sheet: Sheet) -> None:
    worksheet.freeze_panes = f"A{sheet.frozen_rows + 1}"
    view = worksheet.sheet_view
    view.showGridLines = sheet.gridlines
    view.zoomScale = 100
    view.tabSelected = worksheet.parent.index(worksheet) == 0
    protection = worksheet.protection
    protection.sheet = True
    protection.formatColumns = False
    protection.formatRows = False
    # False is what allows it.
    protection.autoFilter = not sheet.tables


def _set_page(worksheet: Worksheet, sheet: Sheet, version: str) -> None:
    page = worksheet.page_setup
    page.orientation = "landscape"
    page.paperSize = _PAPER_A4
    page.fitToWidth = 1
    page.fitToHeight = 1 if sheet.one_page else 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    worksheet.print_title_rows = f"1:{sheet.frozen_rows}"
    margins = worksheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom = 0.5, 0.75
    margins.header = margins.footer = 0.35
    worksheet.oddFooter.left.text = f"xl_tco {version}"
    worksheet.oddFooter.center.text = "&A"
    worksheet.oddFooter.right.text = "&P / &N"
