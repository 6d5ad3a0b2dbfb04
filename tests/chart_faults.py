"""What is wrong with the charts of a workbook: titles, axes, alt text, stored data, greys.

A title that is a cell's follows it in Excel alone; elsewhere it says for ever what was so once.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final
from xml.etree import ElementTree as ET

from colour_contrast import contrast
from openpyxl.utils import get_column_letter, range_boundaries
from workbook_file import WorkbookFile, formula_of

C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
XDR: Final = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
ALT_TEXT_LENGTH: Final = 20
GREY_CONTRAST: Final = 1.5
READABLE: Final = 4.5
UNIT_WORDS: Final = re.compile(r"USD|tok/s|J/tok|PFLOP|kW|%|ratio")


def chart_faults(file: WorkbookFile) -> Iterator[str]:
    """True titles, sentences over them, axis titles with units, alt text, stored data, greys."""
    charts = [name for name in file.parts if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    if not charts:
        yield "no charts"
    yield from sentence_faults(file)
    for name in charts:
        root = ET.fromstring(file.parts[name])
        for fault in one_chart(file, root):
            yield f"{name.rpartition('/')[2]}: {fault}"
    for name in file.parts:
        if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
            said: Counter[str] = Counter()
            for frame in ET.fromstring(file.parts[name]).iter(f"{XDR}graphicFrame"):
                known = frame.find(f"{XDR}nvGraphicFramePr/{XDR}cNvPr")
                words = "" if known is None else known.get("descr", "")
                said[words] += 1
                if len(words) < ALT_TEXT_LENGTH:
                    yield f"{name.rpartition('/')[2]}: a chart without alt text"
                elif said[words] > 1:
                    yield f"{name.rpartition('/')[2]}: two charts with the alt text {words!r}"


def one_chart(file: WorkbookFile, root: ET.Element) -> Iterator[str]:
    """The faults of one chart."""
    yield from title_faults(file, root)
    for axis in (*root.iter(f"{C}catAx"), *root.iter(f"{C}valAx"), *root.iter(f"{C}dateAx")):
        kind = axis.tag.removeprefix(C)
        words = "".join(text.text or "" for text in axis.iterfind(f"{C}title//{A}t"))
        if not words:
            yield f"{kind} has no title"
        elif kind == "valAx" and not UNIT_WORDS.search(words):
            yield f"{kind} says no unit: {words}"
        hidden = axis.find(f"{C}delete")
        if hidden is None or hidden.get("val") != "0":
            yield f"{kind} is hidden"
    for reference in (*root.iter(f"{C}strRef"), *root.iter(f"{C}numRef")):
        yield from stored_data(file, reference)
    yield from log_scale(file, root)
    yield from greys(root)
    yield from legend(root)
    yield from readable(root)


def title_faults(file: WorkbookFile, root: ET.Element) -> Iterator[str]:
    """A title of fixed words: no cell's, and no figure in it that an input may change."""
    title = root.find(f"{C}chart/{C}title")
    if title is not None and title.find(f"{C}tx/{C}strRef") is not None:
        yield "its title is a cell's"
        return
    words = "" if title is None else "".join(text.text or "" for text in title.iter(f"{A}t"))
    if not words:
        yield "no title"
    elif not UNIT_WORDS.search(words):
        yield f"its title says no unit: {words}"
    if re.search(r"\d", file.labels.sub("", words)):
        yield f"a figure in its title: {words}"


def sentence_faults(file: WorkbookFile) -> Iterator[str]:
    """Right above each chart a formula says in words what follows from it, and so stays true."""
    for sheet in file.book.worksheets:
        for chart in sheet._charts:
            corner = chart.anchor._from
            above = sheet.cell(corner.row, corner.col + 1)
            where = f"{sheet.title}!{above.coordinate}"
            if corner.rowOff or corner.colOff:
                yield f"{where}: a chart that does not begin right below it"
            elif not formula_of(above) or above.style != "Headline sentence":
                yield f"{where}: no sentence over a chart"


def cells_of(reference: str) -> list[tuple[str, str]]:
    """Sheet and address of each cell of a reference."""
    sheet, _, area = reference.replace("'", "").replace("$", "").rpartition("!")
    left, top, right, bottom = range_boundaries(area)
    return [
        (sheet, f"{get_column_letter(column)}{row}")
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]


def stored_data(file: WorkbookFile, reference: ET.Element) -> Iterator[str]:
    """The data kept in the chart are those of the cells."""
    text = reference.findtext(f"{C}f") or ""
    expected = [file.value(*place) for place in cells_of(text)]
    is_number = reference.tag == f"{C}numRef"
    kept: list[Any] = [point.text for point in reference.iterfind(f"*/{C}pt/{C}v")]
    if is_number:
        kept = [float(value or "nan") for value in kept]
    if kept != expected:
        yield f"{text} holds {expected}, the chart keeps {kept}"


def log_scale(file: WorkbookFile, root: ET.Element) -> Iterator[str]:
    """Tokens per MW of two platforms differ fiftyfold: a log axis, and its title says so."""
    axis = root.find(f".//{C}valAx")
    if axis is None:
        return
    words = "".join(text.text or "" for text in axis.iterfind(f"{C}title//{A}t"))
    is_log = axis.find(f"{C}scaling/{C}logBase") is not None
    points = len(root.findall(f".//{C}val//{C}pt"))
    if "per MW" in words and points > 1 and not is_log:
        yield "tokens per MW without a log axis"
    if is_log is not ("log" in words):
        yield f"log axis is {is_log}, and its title says {words!r}"


def greys(root: ET.Element) -> Iterator[str]:
    """Bars and lines that differ by colour differ in greyscale too; lines also without it."""
    for series in root.iter(f"{C}ser"):
        own = series.find(f"{C}spPr/{A}solidFill/{A}srgbClr")
        for point in series.iterfind(f"{C}dPt"):
            other = point.find(f"{C}spPr/{A}solidFill/{A}srgbClr")
            if own is None or other is None:
                continue
            if contrast(own.get("val", ""), other.get("val", "")) < GREY_CONTRAST:
                yield "its bars are the same grey"
    for one, other in combinations(visible(root), 2):
        names = f"{name_of(one)} and {name_of(other)}"
        if contrast(colour_of(one), colour_of(other)) < GREY_CONTRAST:
            yield f"{names} are the same grey"
        if root.find(f".//{C}lineChart") is not None and line_of(one) == line_of(other):
            yield f"{names} are the same line but for colour"


def visible(root: ET.Element) -> list[ET.Element]:
    """The series that are seen: a waterfall stands on one that is not."""
    return [ser for ser in root.iter(f"{C}ser") if ser.find(f"{C}spPr/{A}noFill") is None]


def name_of(series: ET.Element) -> str:
    """The name of a series."""
    return "".join(series.find(f"{C}tx").itertext()) if series.find(f"{C}tx") is not None else ""


def colour_of(series: ET.Element) -> str:
    """The fill of bars, or the colour of a line."""
    for path in (f"{A}solidFill", f"{A}ln/{A}solidFill"):
        found = series.find(f"{C}spPr/{path}/{A}srgbClr")
        if found is not None:
            return found.get("val", "")
    return ""


def line_of(series: ET.Element) -> tuple[str, str]:
    """A line's dashes and marker."""
    dash = series.find(f"{C}spPr/{A}ln/{A}prstDash")
    marker = series.find(f"{C}marker/{C}symbol")
    return tuple("" if part is None else part.get("val", "") for part in (dash, marker))


def legend(root: ET.Element) -> Iterator[str]:
    """Several series have a legend, with a name for each that is seen and for no other."""
    series, shown = list(root.iter(f"{C}ser")), visible(root)
    found = root.find(f".//{C}legend")
    if len(shown) > 1 and found is None:
        yield f"{len(shown)} series and no legend"
    if found is None:
        return
    silent = {
        entry.find(f"{C}idx").get("val")
        for entry in found.iterfind(f"{C}legendEntry")
        if entry.find(f"{C}delete") is not None and entry.find(f"{C}delete").get("val") == "1"
    }
    for place, one in enumerate(series):
        if (one not in shown) is not (str(place) in silent):
            word = "is not" if one in shown else "is"
            yield f"{name_of(one)} {word} in the legend"
        if one in shown and not name_of(one):
            yield f"series {place} has no name"


def readable(root: ET.Element) -> Iterator[str]:
    """Every text is readable on the white of the chart."""
    inks = {
        colour.get("val", "")
        for tag in ("rPr", "defRPr", "endParaRPr")
        for colour in root.iterfind(f".//{A}{tag}/{A}solidFill/{A}srgbClr")
    }
    for ink in sorted(inks):
        if contrast(ink, "FFFFFF") < READABLE:
            yield f"text in {ink}: contrast {contrast(ink, 'FFFFFF'):.1f}"
