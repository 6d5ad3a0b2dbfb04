"""Parts of a workbook's package as XML."""

from typing import Any

from lxml import etree

from xl_tco.errors import InputFileError


def parsed(part: bytes, name: str) -> Any:
    """Parse a part of a foreign workbook: no entities, no document type, no network.

    Raises
    ------
    InputFileError
        The part is no well-formed XML, or declares a document type.

    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputFileError(f"{name}: damaged: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise InputFileError(f"{name}: declares a document type; no workbook does")
    return root


def serialized(root: Any) -> bytes:
    """The bytes of a part."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
