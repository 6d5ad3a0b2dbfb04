"""Native Excel charts from their descriptions."""

from typing import Any, Final

from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart
from openpyxl.chart.data_source import AxDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout as Placement
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series_factory import SeriesFactory
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

from xl_tco.workbook.description import Chart, ChartKind, Ink, Series
from xl_tco.workbook.layout import Layout
from xl_tco.workbook.styles import BASELINE_FILL, FONT, GREY, GRID, INK, INKS, RULE, SCATTERED

_TITLE_SIZE, _TEXT_SIZE = 1200, 1000
_BARS: Final = {
    ChartKind.BAR: ("col", "clustered", None),
    ChartKind.STACK: ("col", "stacked", 100),
    ChartKind.TORNADO: ("bar", "clustered", 100),
}
_MARKERS: Final = {Ink.CANDIDATE: "circle", Ink.BASELINE: "square"}
_DASHES: Final = {Ink.CANDIDATE: "solid", Ink.BASELINE: "dash"}


def make_chart(chart: Chart, layout: Layout) -> Any:
    """Make openpyxl's chart; position and size are the writer's."""
    made = _empty_chart(chart)
    made.title = _title_of(chart.title, _TITLE_SIZE, INK, bold=True)
    made.legend = _legend(chart) if len(chart.series) > 1 else None
    made.series = [
        _series(chart, series, place, layout) for place, series in enumerate(chart.series)
    ]
    _axis(made.x_axis, chart.category_title)
    _axis(made.y_axis, chart.value_title)
    # Categories stay at the edge where values are negative.
    made.x_axis.tickLblPos = "low"
    made.y_axis.number_format = chart.axis_format.value
    made.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=6350))
    if chart.log:
        made.y_axis.scaling.logBase = 10
    if chart.category_format:
        made.x_axis.number_format = chart.category_format.value
    made.graphical_properties = GraphicalProperties(
        solidFill="FFFFFF", ln=LineProperties(solidFill=RULE, w=6350)
    )
    return made


def _empty_chart(chart: Chart) -> Any:
    match chart.kind:
        case ChartKind.LINE:
            return LineChart()
        case ChartKind.SCATTER:
            return _scatter_chart()
    return _bar_chart(chart)


def _scatter_chart() -> Any:
    made = ScatterChart()
    made.style = None
    made.scatterStyle = "lineMarker"
    made.varyColors = False
    made.x_axis.majorGridlines = None
    made.x_axis.crosses = "min"
    return made


def _bar_chart(chart: Chart) -> Any:
    made = BarChart()
    made.type, made.grouping, made.overlap = _BARS[chart.kind]
    made.gapWidth = 60
    made.varyColors = False
    if chart.kind is ChartKind.TORNADO:
        # The widest bar on top, and with it the values' axis at the foot.
        made.x_axis.scaling.orientation = "maxMin"
        made.y_axis.crosses = "max"
    return made


def _series(chart: Chart, series: Series, place: int, layout: Layout) -> Any:
    values = Reference(range_string=layout.range(series.values))
    if series.places:
        places = Reference(range_string=layout.range(series.places))
        made = SeriesFactory(values, places, title=series.name)
        made.order = place
        return _target(made) if series.ink is Ink.TARGET else _scattered(made, place)
    made = SeriesFactory(values, title=series.name)
    made.order = place
    made.cat = _categories(chart, layout)
    if chart.labels and series.ink is not Ink.HIDDEN:
        made.dLbls = _labels(chart)
    if chart.kind is ChartKind.LINE:
        colour = INKS[series.ink]
        made.smooth = False
        made.marker.symbol = _MARKERS[series.ink]
        made.marker.size = 7
        made.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        made.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=colour, w=22225, prstDash=_DASHES[series.ink])
        )
        return made
    # Not said, LibreOffice draws negative bars to the other side.
    made.invertIfNegative = False
    made.graphicalProperties = _filled(series.ink)
    # The baseline is lighter than the candidate: the two differ in greyscale too.
    if chart.contrast:
        made.data_points = [
            DataPoint(idx=0, spPr=GraphicalProperties(solidFill=BASELINE_FILL)),
        ]
    return made


def _scattered(made: Any, place: int) -> Any:
    colour, symbol, dash = SCATTERED[place % len(SCATTERED)]
    made.smooth = False
    made.marker.symbol = symbol
    made.marker.size = 8
    made.marker.graphicalProperties = GraphicalProperties(
        solidFill=colour, ln=LineProperties(solidFill=colour)
    )
    made.graphicalProperties = GraphicalProperties(
        ln=LineProperties(solidFill=colour, w=15875, prstDash=dash)
    )
    return made


def _target(made: Any) -> Any:
    made.smooth = False
    made.marker.symbol = "none"
    made.graphicalProperties = GraphicalProperties(
        ln=LineProperties(solidFill=INKS[Ink.TARGET], w=12700, prstDash="sysDash")
    )
    return made


def _filled(ink: Ink) -> GraphicalProperties:
    if ink is Ink.HIDDEN:
        return GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    return GraphicalProperties(solidFill=INKS[ink], ln=LineProperties(noFill=True))


def _categories(chart: Chart, layout: Layout) -> Any:
    if chart.categories is None:
        return None
    where = layout.range(chart.categories)
    if chart.category_format:
        return AxDataSource(numRef=NumRef(f=where))
    return AxDataSource(strRef=StrRef(f=where))


def _labels(chart: Chart) -> DataLabelList:
    labels = DataLabelList()
    labels.showVal = True
    for part in ("showSerName", "showCatName", "showLegendKey", "showPercent", "showLeaderLines"):
        setattr(labels, part, False)
    labels.numFmt = chart.format.value
    labels.position = {ChartKind.LINE: "t", ChartKind.STACK: "ctr"}.get(chart.kind, "outEnd")
    labels.txPr = _rich(_TEXT_SIZE, INK, bold=True)
    return labels


def _legend(chart: Chart) -> Legend:
    legend = Legend()
    legend.legendEntry = [
        LegendEntry(idx=place, delete=True)
        for place, series in enumerate(chart.series)
        if series.ink is Ink.HIDDEN
    ]
    legend.position = "b"
    legend.overlay = False
    legend.txPr = _rich(_TEXT_SIZE, INK)
    legend.layout = Placement()
    return legend


def _axis(axis: Any, title: str) -> None:
    axis.delete = False
    axis.title = _title_of(title, _TEXT_SIZE, GREY)
    axis.txPr = _rich(_TEXT_SIZE, INK)
    axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=RULE, w=9525))


def _title_of(words: str, size: int, color: str, *, bold: bool = False) -> Title:
    properties = _characters(size, color, bold=bold)
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
