"""The workbook of measurements: described, written, computed, finished."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xl_tco import __version__
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.measurements import Measurement
from xl_tco.workbook.content import Subject
from xl_tco.workbook.evaluation import Value, computed_values, named_values
from xl_tco.workbook.finishing import finished
from xl_tco.workbook.layout import Layout
from xl_tco.workbook.measured.book import describe
from xl_tco.workbook.measured.inputs import refuse_stated
from xl_tco.workbook.measured.study import TYPED, Operation, Study
from xl_tco.workbook.writer import write

NAME = "measured"
TITLE = "Measured: cost per token against interactivity"
STAGES = ("describing", "writing", "computing", "finishing")


@dataclass(frozen=True, slots=True)
class MeasuredWorkbook:
    """A workbook in memory: its bytes, and what its named cells come to.

    ``compared`` gives cost, tokens per MW and configuration of each platform at the target;
    ``rates`` the cost per GPU-hour and kW in force, each after what it is: tier or basis and date,
    or ``typed``.
    """

    content: bytes
    values: dict[str, Value]
    compared: dict[str, tuple[Value, Value, Value]]
    rates: dict[str, tuple[Value, Value, Value, Value]]
    study: Study


def build_measured(
    measurements: Iterable[Measurement],
    operation: Operation | None = None,
    functions: Flavour | str = Flavour.LAMBDA,
    *,
    title: str = TITLE,
    watcher: Callable[[str], None] = lambda _: None,
) -> MeasuredWorkbook:
    """Build the workbook of measurements, in memory; a watcher hears of each stage.

    Raises
    ------
    InputFileError
        The measurements have no frontier, or the catalog lacks cost or power of a platform.

    """
    flavour = Flavour(functions)
    study = study_of(measurements, operation or Operation(), flavour, title)
    study.validate()
    refuse_stated(study)
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

    def origin(platform: str, name: str, key: str) -> Value:
        return value(key) if platform in study.catalogued(name) else TYPED

    return MeasuredWorkbook(
        content=content,
        values=named_values(book, values),
        compared={
            platform: (
                value(f"sum_{number}_cost"),
                value(f"sum_{number}_power"),
                value(f"sum_{number}_second"),
            )
            for number, platform in enumerate(study.platforms)
        },
        rates={
            platform: (
                origin(platform, "cost_per_gpu_hour", f"rate_{number}_second"),
                value(f"rate_{number}_low"),
                origin(platform, "kw_per_gpu", f"rate_{number}_high"),
                value(f"rate_{number}_below"),
            )
            for number, platform in enumerate(study.platforms)
        },
        study=study,
    )


def study_of(
    measurements: Iterable[Measurement], operation: Operation, flavour: Flavour, title: str = TITLE
) -> Study:
    """What the workbook of measurements is described from."""
    subject = Subject(NAME, title, (), None, flavour, {})
    return Study(subject, tuple(map(_as_cells_hold, measurements)), operation)


def _as_cells_hold(item: Measurement) -> Measurement:
    """A measurement with fifteen digits of each number: so many every program keeps."""
    rounded = {name: float(f"{value:.15g}") for name, value in item if isinstance(value, float)}
    return item.model_copy(update=rounded)
