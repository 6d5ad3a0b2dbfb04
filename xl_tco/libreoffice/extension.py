"""The LibreOffice extension (.oxt), made from the table of functions: the same bytes everywhere.

The interface in UNO's IDL tells Calc how to call; ``CalcAddIn.xcu`` tells people, in the function
wizard, what they call; ``pythonpath/`` holds the packages that compute.
"""

from collections.abc import Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from lxml import etree

from xl_tco import __version__
from xl_tco.catalog.records import FIGURE_FILES
from xl_tco.errors import XlTcoError
from xl_tco.functions import CATEGORY, TABLE, Argument, Function
from xl_tco.libreoffice.calc_component import INTERFACE, SERVICE, uno_name
from xl_tco.zips import stored_zip

IDENTIFIER: Final = "org.xltco.calc"
FILE_NAME: Final = "xl_tco.oxt"
# The first LibreOffice whose own Python can be new enough for the functions.
LEAST_LIBREOFFICE: Final = "25.2"

_COMPONENT: Final = "calc_component.py"
# What a call needs, of the two packages that it needs.
_MODULES: Final = {
    "xl_tco": "__init__.py calls.py catalog/__init__.py catalog/records.py cells.py declaration.py "
    "errors.py functions.py kernel limits.py lookups",
    "xl_tco.catalog": " ".join((*FIGURE_FILES, "platforms.toml")),
    "annotated_types": "__init__.py",
}
_LICENCES: Final = {"xl_tco": "xl-tco", "annotated_types": "annotated-types"}

_MANIFEST: Final = "http://openoffice.org/2001/manifest"
_COMPONENTS: Final = "http://openoffice.org/2010/uno-components"
_DESCRIPTION: Final = "http://openoffice.org/extensions/description/2006"
_LIBREOFFICE: Final = "http://libreoffice.org/extensions/description/2011"
_REGISTRY: Final = "http://openoffice.org/2001/registry"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_PREFIXES: Final = {_MANIFEST: "manifest", _REGISTRY: "oor", _COMPONENTS: None}
_MEDIA_TYPES: Final = {
    "functions.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
    "xl_tco.components": "application/vnd.sun.star.uno-components",
    "CalcAddIn.xcu": "application/vnd.sun.star.configuration-data",
}


def build() -> bytes:
    """Build the extension in memory."""
    texts = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "functions.idl": _interface().encode(),
        "xl_tco.components": _components(),
        "CalcAddIn.xcu": _function_wizard(),
    }
    return stored_zip((texts | dict(_sources()) | dict(_licences())).items())


def _interface() -> str:
    """What Calc may call. ``any`` takes a number, text, a range, or nothing at all."""
    module, _, name = INTERFACE.rpartition(".")
    methods = "".join(
        f"    sequence< sequence< any > > {uno_name(function.name)}("
        f"{', '.join(f'[in] any {uno_name(argument.name)}' for argument in function.arguments)});\n"
        for function in TABLE
    )
    text = f"  interface {name} {{\n{methods}  }};\n"
    for part in reversed(module.split(".")):
        text = f"module {part} {{\n{text}}};\n"
    return text


def _function_wizard() -> bytes:
    names = {"name": "CalcAddIns", "package": "org.openoffice.Office"}
    root = _element(_REGISTRY, "component-data", names)
    functions = _node(_node(_node(root, "AddInInfo"), SERVICE), "AddInFunctions")
    for function in TABLE:
        node = _described(functions, function, function.worksheet_name)
        _property(node, "Category", "Add-In", language="")
        _property(node, "CompatibilityName", function.worksheet_name)
        parameters = _node(node, "Parameters")
        for argument in function.arguments:
            _described(parameters, argument, argument.name)
    return _serialized(root)


def _described(parent: Any, item: Function | Argument, title: str) -> Any:
    node = _node(parent, uno_name(item.name))
    _property(node, "DisplayName", title)
    _property(node, "Description", item.help)
    return node


def _node(parent: Any, name: str) -> Any:
    return etree.SubElement(
        parent, "node", {f"{{{_REGISTRY}}}name": name, f"{{{_REGISTRY}}}op": "fuse"}
    )


def _property(node: Any, name: str, text: str, language: str = "en-US") -> None:
    prop = etree.SubElement(node, "prop", {f"{{{_REGISTRY}}}name": name})
    attributes = {f"{{{_XML}}}lang": language} if language else {}
    etree.SubElement(prop, "value", attributes).text = text


def _components() -> bytes:
    root = _element(_COMPONENTS, "components", {})
    parent = root
    for tag, attributes in (
        ("component", {"loader": "com.sun.star.loader.Python", "uri": _COMPONENT}),
        ("implementation", {"name": SERVICE}),
        ("service", {"name": SERVICE}),
    ):
        parent = etree.SubElement(parent, f"{{{_COMPONENTS}}}{tag}", attributes)
    return _serialized(root)


def _description() -> bytes:
    root = etree.Element(
        f"{{{_DESCRIPTION}}}description",
        nsmap={None: _DESCRIPTION, "lo": _LIBREOFFICE, "d": _DESCRIPTION},
    )
    for tag, value in (("identifier", IDENTIFIER), ("version", __version__)):
        etree.SubElement(root, f"{{{_DESCRIPTION}}}{tag}", {"value": value})
    names = etree.SubElement(root, f"{{{_DESCRIPTION}}}display-name")
    name = etree.SubElement(names, f"{{{_DESCRIPTION}}}name", {"lang": "en"})
    name.text = f"xl_tco: {CATEGORY}"
    needs = etree.SubElement(root, f"{{{_DESCRIPTION}}}dependencies")
    etree.SubElement(
        needs,
        f"{{{_LIBREOFFICE}}}LibreOffice-minimal-version",
        {"value": LEAST_LIBREOFFICE, f"{{{_DESCRIPTION}}}name": f"LibreOffice {LEAST_LIBREOFFICE}"},
    )
    return _serialized(root)


def _manifest() -> bytes:
    root = _element(_MANIFEST, "manifest", {})
    for path, media_type in _MEDIA_TYPES.items():
        attributes = {"full-path": path, "media-type": media_type}
        root.append(_element(_MANIFEST, "file-entry", attributes))
    return _serialized(root)


def _element(namespace: str, tag: str, attributes: dict[str, str]) -> Any:
    """Make an element whose attributes are of its own namespace."""
    return etree.Element(
        f"{{{namespace}}}{tag}",
        {f"{{{namespace}}}{key}": value for key, value in attributes.items()},
        nsmap={_PREFIXES[namespace]: namespace},
    )


def _sources() -> Iterator[tuple[str, bytes]]:
    yield _COMPONENT, resources.files("xl_tco.libreoffice").joinpath(_COMPONENT).read_bytes()
    for package, modules in _MODULES.items():
        for module in modules.split():
            place = resources.files(package).joinpath(module)
            yield from _files(place, f"pythonpath/{package.replace('.', '/')}/{module}")


def _files(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    if place.is_file():
        yield path, place.read_bytes()
        return
    for inside in sorted(place.iterdir(), key=lambda item: item.name):
        if inside.name.endswith(".py"):
            yield f"{path}/{inside.name}", inside.read_bytes()


def _licences() -> Iterator[tuple[str, bytes]]:
    for package, distribution in _LICENCES.items():
        text = metadata.distribution(distribution).read_text("licenses/LICENSE")
        if text is None:
            raise XlTcoError(f"{distribution} is installed without its licence; install it anew")
        yield f"licences/{package}.txt", text.encode()


def _serialized(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
