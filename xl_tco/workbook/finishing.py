"""The finishing pass on the file: computed values, chart caches, alt text, fixed dates and bytes.

openpyxl stores formulas without values and charts without data, stamps the clock, and leaves the
rest to Excel. This pass adds what is missing and makes the file the same bytes on every machine.
"""

import io
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from zipfile import ZipFile

from lxml import etree
from openpyxl import Workbook
from openpyxl.utils import range_boundaries

from xl_tco.errors import XlTcoError
from xl_tco.workbook.evaluation import Values
from xl_tco.workbook.parts import serialized
from xl_tco.workbook.stored import MAIN, put_value
from xl_tco.workbook.styles import BUILT_IN
from xl_tco.zips import stored_zip

_CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_FIRST_ZIP_YEAR, _LAST_ZIP_YEAR = 1980, 2107
_TERMS: Final = "http://purl.org/dc/terms/"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"

_STYLES: Final = "xl/styles.xml"
_METADATA_PART: Final = "xl/metadata.xml"
_METADATA_TYPE: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
)
_METADATA_RELATION: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"
)
# What `cm="1"` on a cell points to: a dynamic array formula, so Excel shows no "@" and no braces.
_METADATA: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<metadata xmlns="{MAIN}" '
    'xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" '
    'copy="1" pasteAll="1" pasteValues="1" merge="1" splitFirst="1" rowColShift="1" '
    'clearFormats="1" clearComments="1" assign="1" coerce="1" cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst>'
    '<ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk>'
    '</futureMetadata><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
).encode()


def finished(
    workbook: Workbook, values: Values, alt_texts: dict[str, list[str]], date: str
) -> bytes:
    """Save a workbook with its computed values; alt texts are those of each sheet's charts."""
    content = io.BytesIO()
    workbook.save(content)
    with ZipFile(content) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    dynamic = False
    for sheet in workbook.worksheets:
        name = sheet.path.removeprefix("/")
        parts[name], has_dynamic = _with_values(parts[name], sheet.title, values)
        dynamic |= has_dynamic
        for chart in sheet._charts:
            path = chart.path.removeprefix("/")
            parts[path] = _with_cache(parts[path], workbook, values)
    drawn = [sheet.title for sheet in workbook.worksheets if sheet._charts]
    for number, title in enumerate(drawn, start=1):
        path = f"xl/drawings/drawing{number}.xml"
        parts[path] = _with_alt_texts(parts[path], alt_texts[title])
    if dynamic:
        parts |= _metadata(parts)
    parts[_STYLES] = _with_customised_styles(parts[_STYLES])
    moment = _moment(date)
    parts["docProps/core.xml"] = _with_dates(parts["docProps/core.xml"], moment)
    date_time = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return stored_zip(parts.items(), date_time)


def _with_values(part: bytes, sheet: str, values: Values) -> tuple[bytes, bool]:
    root = _parsed(part)
    dynamic = False
    for cell in root.iter(f"{{{MAIN}}}c"):
        formula = cell.find(f"{{{MAIN}}}f")
        if formula is not None and formula.get("t") == "array":
            cell.set("cm", "1")
            dynamic = True
        if (value := values.get((sheet, cell.get("r")))) is not None:
            put_value(cell, value)
        elif len(cell) == 0:
            # openpyxl calls an empty cell a number, and some programs then read 0 in it.
            cell.attrib.pop("t", None)
    return serialized(root), dynamic


def _with_cache(part: bytes, workbook: Workbook, values: Values) -> bytes:
    root = _parsed(part)
    for reference in root.iter(f"{{{_CHART}}}strRef", f"{{{_CHART}}}numRef"):
        text = reference.findtext(f"{{{_CHART}}}f")
        found = list(_referred(text, workbook, values))
        is_number = reference.tag.endswith("numRef")
        for old in reference.findall(f"{{{_CHART}}}numCache"):
            reference.remove(old)
        cache = etree.SubElement(
            reference, f"{{{_CHART}}}{'numCache' if is_number else 'strCache'}"
        )
        if is_number:
            etree.SubElement(cache, f"{{{_CHART}}}formatCode").text = "General"
        etree.SubElement(cache, f"{{{_CHART}}}ptCount", val=str(len(found)))
        for index, value in enumerate(found):
            if is_number and isinstance(value, str):
                # An error or a text is a gap, as in Excel.
                continue
            point = etree.SubElement(cache, f"{{{_CHART}}}pt", idx=str(index))
            etree.SubElement(point, f"{{{_CHART}}}v").text = (
                repr(value) if is_number else str(value)
            )
    return serialized(root)


def _referred(text: str, workbook: Workbook, values: Values) -> Iterable[Any]:
    title, _, cells = text.replace("'", "").rpartition("!")
    left, top, right, bottom = range_boundaries(cells.replace("$", ""))
    for row in workbook[title].iter_rows(top, bottom, left, right):
        for cell in row:
            yield values.get((title, cell.coordinate), cell.value)


def _with_alt_texts(part: bytes, alt_texts: list[str]) -> bytes:
    root = _parsed(part)
    frames = list(root.iter(f"{{{_DRAWING}}}graphicFrame"))
    for frame, alt_text in zip(frames, alt_texts, strict=True):
        properties = next(frame.iter(f"{{{_DRAWING}}}cNvPr"))
        properties.set("descr", alt_text)
    return serialized(root)


def _metadata(parts: dict[str, bytes]) -> dict[str, bytes]:
    types = _parsed(parts["[Content_Types].xml"])
    etree.SubElement(
        types, f"{{{_TYPES}}}Override", PartName=f"/{_METADATA_PART}", ContentType=_METADATA_TYPE
    )
    relations = _parsed(parts["xl/_rels/workbook.xml.rels"])
    etree.SubElement(
        relations,
        f"{{{_RELATIONS}}}Relationship",
        Id="rIdMetadata",
        Type=_METADATA_RELATION,
        Target="metadata.xml",
    )
    return {
        _METADATA_PART: _METADATA,
        "[Content_Types].xml": serialized(types),
        "xl/_rels/workbook.xml.rels": serialized(relations),
    }


def _with_customised_styles(part: bytes) -> bytes:
    root = _parsed(part)
    for style in root.iter(f"{{{MAIN}}}cellStyle"):
        if style.get("name") in BUILT_IN:
            style.set("customBuiltin", "1")
    return serialized(root)


def _with_dates(part: bytes, moment: datetime) -> bytes:
    root = _parsed(part)
    for tag in ("created", "modified"):
        for element in root.iter(f"{{{_TERMS}}}{tag}"):
            element.text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return serialized(root)


def _moment(date: str) -> datetime:
    """The first moment of a date or month, or of SOURCE_DATE_EPOCH where that is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.fromisoformat(f"{date}-01"[:10])
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None or not _FIRST_ZIP_YEAR <= moment.year <= _LAST_ZIP_YEAR:
        raise XlTcoError(
            f"SOURCE_DATE_EPOCH = {epoch!r}: give seconds since 1970 of a moment from "
            f"{_FIRST_ZIP_YEAR} to {_LAST_ZIP_YEAR}, or unset it"
        )
    return moment


def _parsed(part: bytes) -> Any:
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
