"""Workbook files from scenarios: described, written, computed, finished, put in place whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xl_tco import __version__
from xl_tco.addin.package import with_macros
from xl_tco.files import replace_file
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario import load_scenario
from xl_tco.scenario.loading import scenario_files
from xl_tco.workbook.content import Subject
from xl_tco.workbook.evaluation import Value, computed_values, named_values
from xl_tco.workbook.finishing import finished
from xl_tco.workbook.sheets.book import describe
from xl_tco.workbook.writer import write


@dataclass(frozen=True, slots=True)
class BuiltWorkbook:
    """A workbook in memory: its bytes, and what its named cells come to.

    ``platforms`` gives the label of each platform by the suffix that its names bear.
    """

    name: str
    flavour: Flavour
    content: bytes
    values: dict[str, Value]
    platforms: dict[str, str]
    macro: bool
    warnings: tuple[str, ...]

    def path_under(self, folder: Path) -> Path:
        """Where it goes: the lambda flavour on top, the others in folders of their own."""
        place = folder if self.flavour is Flavour.LAMBDA else folder / self.flavour
        return place / f"{self.name}.{'xlsm' if self.macro else 'xlsx'}"


def build(
    scenario: str | Path,
    functions: Flavour | str = Flavour.LAMBDA,
    *,
    name: str = "",
    macro: bool = False,
) -> BuiltWorkbook:
    """Build the workbook of a shipped scenario or a scenario file, in memory.

    With ``macro`` a workbook of the add-in flavour carries the add-in's VBA in itself (.xlsm).

    Raises
    ------
    InputFileError
        The scenario cannot be used.

    Examples
    --------
    >>> round(build("hopper_hgx_h200", "native").values["out_cost_per_mtok"], 2)
    4.2

    """
    flavour = Flavour(functions)
    subject = subject_of(scenario, flavour, name)
    book = describe(subject)
    workbook = write(book, flavour, __version__)
    values = computed_values(workbook)
    alt_texts = {sheet.title: [chart.alt_text for chart in sheet.charts] for sheet in book.sheets}
    content = finished(workbook, values, alt_texts, book.date)
    return BuiltWorkbook(
        name=subject.name,
        flavour=flavour,
        content=with_macros(content) if macro else content,
        macro=macro,
        values=named_values(book, values),
        platforms={side.suffix: side.label for side in subject.sides},
        warnings=tuple(
            f"{side.label}: {warning}"
            for side in subject.sides
            for warning in side.scenario.warnings
        ),
    )


def subject_of(scenario: str | Path, flavour: Flavour, name: str = "") -> Subject:
    """What the workbook of a scenario is described from."""
    files = scenario_files(scenario)
    own = next(iter(files))
    files = {name if name and key == own else key: text for key, text in files.items()}
    return Subject.of(name or own, load_scenario(scenario), flavour, files)


def save(workbooks: Iterable[BuiltWorkbook], folder: Path) -> list[Path]:
    """Put workbooks in place, each whole or not at all.

    Raises
    ------
    InputFileError
        The folder cannot be written to.

    """
    paths = []
    for workbook in workbooks:
        path = workbook.path_under(folder)
        replace_file(path, workbook.content)
        paths.append(path)
    return paths
