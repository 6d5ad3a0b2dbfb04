"""What hangs together in the package of a workbook from somebody else: sheets, relations, links."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from xl_tco.errors import InputFileError, shown
from xl_tco.functions import TABLE
from xl_tco.workbook.parts import parsed
from xl_tco.workbook.stored import MAIN

ADDIN_FILE: Final = "xl_tco.xlam"
TYPES: Final = "[Content_Types].xml"
_ROOT_RELATIONS: Final = "_rels/.rels"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_MAIN_TYPES: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
)
_LINKS: Final = "xl/externalLinks/"
_WORKSHEET: Final = "/worksheet"
_OURS: Final = frozenset(function.worksheet_name for function in TABLE)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a part: what it is, the part or address that it leads to, and whether away."""

    kind: str
    target: str
    is_external: bool


@dataclass(frozen=True, slots=True)
class Structure:
    """The workbook's own part, and the part of each worksheet by its title."""

    workbook: str
    sheets: Mapping[str, str]


def structure_of(parts: Mapping[str, bytes], name: str) -> Structure:
    """Find the workbook and its worksheets, and refuse what is no whole workbook.

    Raises
    ------
    InputFileError
        A part is missing, it is another kind of file, Strict, or linked to other workbooks.

    """
    if TYPES not in parts:
        raise InputFileError(f"{name}: {_other_kind(parts)}")
    workbook = _workbook(parts, name)
    root = parsed(parts[workbook], f"{name}: {workbook}")
    if root.tag.startswith(f"{{{_STRICT}"):
        raise InputFileError(_strict(name))
    if root.tag != f"{{{MAIN}}}workbook":
        raise InputFileError(f"{name}: damaged: {workbook} is no workbook part")
    _require_type(parts, workbook, name)
    relations = relations_of(parts, workbook, name)
    _require_no_links(parts, relations, name)
    return Structure(workbook, dict(_sheets(root, relations, parts, workbook, name)))


def relations_of(parts: Mapping[str, bytes], path: str, name: str) -> dict[str, Relation]:
    """The relations of a part, by their ids.

    Raises
    ------
    InputFileError
        They are not there, or damaged.

    """
    folder, _, file = path.rpartition("/")
    place = posixpath.join(folder, "_rels", f"{file}.rels")
    if place not in parts:
        raise InputFileError(f"{name}: damaged: it has no part {place}")
    found = {}
    for relation in parsed(parts[place], f"{name}: {place}").iter(f"{{{_RELATIONS}}}Relationship"):
        target = relation.get("Target", "")
        is_external = relation.get("TargetMode") == "External"
        if not is_external:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[relation.get("Id", "")] = Relation(relation.get("Type", ""), target, is_external)
    return found


def _workbook(parts: Mapping[str, bytes], name: str) -> str:
    """The part that is the workbook."""
    for relation in relations_of(parts, "", name).values():
        if relation.kind.startswith(_STRICT) and relation.kind.endswith("/officeDocument"):
            raise InputFileError(_strict(name))
        if relation.kind.endswith("/officeDocument"):
            if relation.is_external or relation.target not in parts:
                missing = f"it has no part {shown(relation.target)}"
                raise InputFileError(f"{name}: not an Excel workbook: {missing}")
            return relation.target
    raise InputFileError(f"{name}: not an Excel workbook: {_ROOT_RELATIONS} names none")


def _require_type(parts: Mapping[str, bytes], workbook: str, name: str) -> None:
    """Refuse binary workbooks, templates, add-ins and other files of Office."""
    types = parsed(parts[TYPES], f"{name}: {TYPES}")
    said = {
        item.get("PartName", "").lstrip("/"): item.get("ContentType", "")
        for item in types.iter(f"{{{_CONTENT_TYPES}}}Override")
    }
    kind = said.get(workbook, "")
    if kind not in _MAIN_TYPES:
        raise InputFileError(
            f"{name}: not an .xlsx or .xlsm workbook ({shown(kind) if kind else 'type not said'});"
            " save it as Excel Workbook (.xlsx)"
        )


def _sheets(
    root: Any,
    relations: Mapping[str, Relation],
    parts: Mapping[str, bytes],
    workbook: str,
    name: str,
) -> Iterator[tuple[str, str]]:
    titles: set[str] = set()
    seen: set[str] = set()
    for sheet in root.iter(f"{{{MAIN}}}sheet"):
        title = sheet.get("name", "")
        if not title or title.casefold() in titles:
            raise InputFileError(f"{name}: damaged: a sheet has no name, or that of another")
        titles.add(title.casefold())
        relation = relations.get(sheet.get(f"{{{_OFFICE}}}id", ""))
        if relation is None or relation.is_external or relation.target not in parts:
            raise InputFileError(f"{name}: damaged: sheet {shown(title)} has no part")
        if relation.target in seen:
            raise InputFileError(f"{name}: damaged: two sheets share one part")
        seen.add(relation.target)
        if relation.kind.endswith(_WORKSHEET):
            if not (
                relation.target.startswith("xl/worksheets/") and relation.target.endswith(".xml")
            ):
                place = f"{shown(relation.target)}, not under xl/worksheets/"
                raise InputFileError(f"{name}: sheet {shown(title)} stands in {place}")
            yield title, relation.target
    if not titles:
        raise InputFileError(f"{name}: damaged: {workbook} names no sheet")


def _require_no_links(
    parts: Mapping[str, bytes], relations: Mapping[str, Relation], name: str
) -> None:
    """Refuse links to other workbooks; the add-in's own file, which Excel names, is none."""
    linked = {item.target for item in relations.values() if item.kind.endswith("/externalLink")}
    linked |= {
        path for path in parts if path.startswith(_LINKS) and not path.endswith((".rels", "/"))
    }
    for path in sorted(linked):
        if path not in parts or not _is_addin(parts, path, name):
            raise InputFileError(f"{name}: holds links to other workbooks ({path}); remove them")


def _is_addin(parts: Mapping[str, bytes], path: str, name: str) -> bool:
    """Tell whether a link leads to the add-in and holds nothing but names of our functions."""
    root = parsed(parts[path], f"{name}: {path}")
    folder, _, file = path.rpartition("/")
    if f"{folder}/_rels/{file}.rels" not in parts:
        return False
    relations = relations_of(parts, path, name).values()
    names = {item.get("name", "").upper() for item in root.iter(f"{{{MAIN}}}definedName")}
    return (
        root.tag == f"{{{MAIN}}}externalLink"
        and root.find(f"{{{MAIN}}}externalBook") is not None
        and not any(item.tag == f"{{{MAIN}}}cell" for item in root.iter())
        and names <= _OURS
        and bool(relations)
        and all(item.is_external and _leads_to_addin(item.target) for item in relations)
    )


def _leads_to_addin(target: str) -> bool:
    scheme = re.match(r"([a-z]{2,}):", target, re.IGNORECASE)
    file = re.split(r"[/\\]", unquote(target))[-1]
    return file.casefold() == ADDIN_FILE and (scheme is None or scheme[1].lower() == "file")


def _other_kind(parts: Mapping[str, bytes]) -> str:
    if parts.get("mimetype", b"").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "an OpenDocument file; save it as Excel Workbook (.xlsx)"
    return f"not an Excel workbook: it has no {TYPES}"


def _strict(name: str) -> str:
    return (
        f"{name}: a Strict Open XML workbook; save it as Excel Workbook (.xlsx), not as "
        "Strict Open XML Spreadsheet"
    )
