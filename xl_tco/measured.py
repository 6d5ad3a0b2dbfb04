"""The workbook of measurements: described, written, computed, finished."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xl_tco import __version__
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.measurements import Measurement
from xl_tco.workbook.content import Subject
from xl_tco.workbook.evaluation import Value, computed_values
from xl_tco.workbook.finishing import finished
from xl_tco.workbook.layout import Layout, placed
from xl_tco.workbook.measured.book import describe
from xl_tco.workbook.measured.study import Operation, Study
from xl_tco.workbook.writer import write

STAGES = ("describing", "writing", "computing", "finishing")


@dataclass(frozen=True, slots=True)
class MeasuredWorkbook:
    """A workbook in memory: its bytes, and what its named cells come to.

    ``compared`` gives cost, tokens per MW and configuration of each platform at the target.
    """

    content: bytes
    values: dict[str, Value]
    compared: dict[str, tuple[Value, Value, Value]]
    study: Study


def build_measured(
    measurements: Iterable[Measurement],
    operation: Operation | None = None,
    functions: Flavour | str = Flavour.LAMBDA,
    *,
    title: str = "Measured: cost per token against interactivity",
    watcher: Callable[[str], None] = lambda _: None,
) -> MeasuredWorkbook:
    """Build the workbook of measurements, in memory; a watcher hears of each stage.

    Raises
    ------
    InputFileError
        The measurements have no frontier, or the catalog lacks cost or power of a platform.

    """
    flavour = Flavour(functions)
    subject = Subject("measured", title, (), None, flavour, {})
    study = Study(subject, tuple(measurements), operation or Operation())
    study.validate()
    watcher(STAGES[0])
    book = describe(study)
    watcher(STAGES[1])
    workbook = write(book, flavour, __version__)
    watcher(STAGES[2])
    values = computed_values(workbook)
    watcher(STAGES[3])
    alt_texts = {sheet.title: [chart.alt_text for chart in sheet.charts] for sheet in book.sheets}
    content = finished(workbook, values, alt_texts, book.date)
    places = Layout(book)

    def value(key: str) -> Value:
        place = places[key]
        return values[place.sheet, place.local]

    return MeasuredWorkbook(
        content=content,
        values={
            cell.key: cell.content
            if isinstance(cell.content, (str, float, int))
            else value(cell.key)
            for sheet in book.sheets
            for _, cell in placed(sheet)
            if cell.named
        },
        compared={
            platform: (
                value(f"sum_{number}_cost"),
                value(f"sum_{number}_power"),
                value(f"sum_{number}_second"),
            )
            for number, platform in enumerate(study.platforms)
        },
        study=study,
    )
