"""Native Excel charts from their descriptions."""

from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)

from xl_tco.workbook.description import Chart, ChartKind
from xl_tco.workbook.layout import Layout
from xl_tco.workbook.styles import ACCENT, BASELINE_FILL, FONT, GREY, GRID, INK, RULE

_TITLE_SIZE, _TEXT_SIZE = 1200, 1000


def make_chart(chart: Chart, layout: Layout) -> Any:
    """Make openpyxl's chart; position and size are the writer's."""
    made = BarChart() if chart.kind is ChartKind.BAR else LineChart()
    made.title = _title_from(layout[chart.title].absolute)
    made.legend = None
    made.series = [_series(chart, layout)]
    _axis(made.x_axis, chart.category_title)
    _axis(made.y_axis, chart.value_title)
    made.y_axis.number_format = chart.axis_format.value
    made.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=6350))
    if chart.log:
        made.y_axis.scaling.logBase = 10
    if chart.kind is ChartKind.BAR:
        made.gapWidth = 60
        made.varyColors = False
    else:
        made.x_axis.number_format = "0%"
    made.graphical_properties = GraphicalProperties(
        solidFill="FFFFFF", ln=LineProperties(solidFill=RULE, w=6350)
    )
    return made


def _series(chart: Chart, layout: Layout) -> Any:
    series = Series(Reference(range_string=layout.range(chart.values)), title=chart.value_title)
    series.cat = _categories(chart, layout)
    series.dLbls = _labels(chart)
    if chart.kind is ChartKind.LINE:
        series.smooth = False
        series.marker.symbol = "circle"
        series.marker.size = 7
        series.marker.graphicalProperties = GraphicalProperties(solidFill=ACCENT)
        series.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=ACCENT, w=22225)
        )
        return series
    series.graphicalProperties = GraphicalProperties(solidFill=ACCENT)
    # The baseline is lighter than the candidate: the two differ in greyscale too.
    if chart.contrast:
        series.data_points = [
            DataPoint(idx=0, spPr=GraphicalProperties(solidFill=BASELINE_FILL)),
        ]
    return series


def _categories(chart: Chart, layout: Layout) -> Any:
    where = layout.range(chart.categories)
    if chart.kind is ChartKind.LINE:
        return AxDataSource(numRef=NumRef(f=where))
    return AxDataSource(strRef=StrRef(f=where))


def _labels(chart: Chart) -> DataLabelList:
    labels = DataLabelList()
    labels.showVal = True
    for part in ("showSerName", "showCatName", "showLegendKey", "showPercent", "showLeaderLines"):
        setattr(labels, part, False)
    labels.numFmt = chart.format.value
    labels.position = "outEnd" if chart.kind is ChartKind.BAR else "t"
    labels.txPr = _rich(_TEXT_SIZE, INK, bold=True)
    return labels


def _axis(axis: Any, title: str) -> None:
    axis.delete = False
    axis.title = _title_of(title)
    axis.txPr = _rich(_TEXT_SIZE, INK)
    axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=RULE, w=9525))


def _title_from(cell: str) -> Title:
    return Title(
        tx=Text(strRef=StrRef(f=cell)),
        overlay=False,
        txPr=_rich(_TITLE_SIZE, INK, bold=True),
    )


def _title_of(words: str) -> Title:
    properties = _characters(_TEXT_SIZE, GREY)
    paragraph = Paragraph(
        pPr=ParagraphProperties(defRPr=properties),
        r=[RegularTextRun(rPr=properties, t=words)],
    )
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _rich(size: int, color: str, *, bold: bool = False) -> RichText:
    properties = _characters(size, color, bold=bold)
    return RichText(
        bodyPr=RichTextProperties(),
        p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)],
    )


def _characters(size: int, color: str, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=color, latin=Font(typeface=FONT))
