"""A description written as an openpyxl workbook. It knows cells and styles, nothing of the model."""

from typing import Any, Final

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xl_tco.functions import TABLE
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.hosts.lambda_names import lambda_comment, lambda_text
from xl_tco.workbook.charts import make_chart
from xl_tco.workbook.description import (
    Book,
    Call,
    Cell,
    Chart,
    Formula,
    Native,
    Sheet,
    Validation,
)
from xl_tco.workbook.layout import Address, Layout, placed
from xl_tco.workbook.styles import EFFECTS, named_styles, solid

CREATOR: Final = "xl_tco"
_PAPER_A4: Final = 9
_PROMPT_LIMIT, _TITLE_LIMIT = 255, 32
_DIFFERENTIAL_FORMAT_ID: Final = 200


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
        if row.height:
            worksheet.row_dimensions[number].height = row.height
    for address, cell in placed(sheet):
        _write_cell(worksheet, address, cell, layout, flavour)
    for highlight in sheet.highlights:
        _highlight(worksheet, layout, highlight.key, highlight.condition, EFFECTS[highlight.effect])
    for chart in sheet.charts:
        _place_chart(worksheet, sheet, chart, layout)
    _set_view(worksheet, sheet)
    _set_page(worksheet, sheet, version)


def _write_cell(
    worksheet: Worksheet, address: Address, cell: Cell, layout: Layout, flavour: Flavour
) -> None:
    target = worksheet.cell(address.row, address.column)
    content = cell.content
    if isinstance(content, (Formula, Call, Native)):
        text = layout.text(content, address.sheet, flavour)
        dynamic = isinstance(content, Call) and flavour.calls_by_name
        target.value = ArrayFormula(address.local, text) if dynamic else text
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
        worksheet.add_data_validation(_validation(cell.validation, address, layout))
    if cell.link:
        target.hyperlink = Hyperlink(ref=address.local, location=f"'{cell.link}'!A1")


def _validation(rule: Validation, address: Address, layout: Layout) -> DataValidation:
    if rule.words:
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


def _highlight(
    worksheet: Worksheet, layout: Layout, key: str, condition: str, effect: dict[str, Any]
) -> None:
    look = DifferentialStyle(font=effect.get("font"))
    if "fill" in effect:
        look.fill = solid(effect["fill"], conditional=True)
    if "number_format" in effect:
        look.numFmt = NumberFormat(
            numFmtId=_DIFFERENTIAL_FORMAT_ID, formatCode=effect["number_format"]
        )
    formula = layout.filled(condition, worksheet.title)
    rule = Rule(type="expression", dxf=look, formula=[formula])
    worksheet.conditional_formatting.add(layout[key].local, rule)


def _place_chart(worksheet: Worksheet, sheet: Sheet, chart: Chart, layout: Layout) -> None:
    made = make_chart(chart, layout)
    column = next(i for i, item in enumerate(sheet.columns) if item.name == chart.column)
    made.anchor = TwoCellAnchor(
        editAs="oneCell",
        _from=AnchorMarker(col=column, row=chart.row - 1),
        to=AnchorMarker(col=column + chart.columns, row=chart.row - 1 + chart.rows),
    )
    worksheet.add_chart(made)


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


def _set_page(worksheet: Worksheet, sheet: Sheet, version: str) -> None:
    page = worksheet.page_setup
    page.orientation = "landscape"
    page.paperSize = _PAPER_A4
    page.fitToWidth = 1
    page.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    worksheet.print_title_rows = f"1:{sheet.frozen_rows}"
    margins = worksheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    worksheet.oddFooter.left.text = f"xl_tco {version}"
    worksheet.oddFooter.center.text = "&A"
    worksheet.oddFooter.right.text = "&P / &N"
