"""What workbooks say in words is the same under every regional setting, and as tables round."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Built
from libreoffice import LibreOffice
from openpyxl import Workbook
from workbook_file import WorkbookFile

from xl_tco.measured import build_measured
from xl_tco.measurements import Given, load_measurements
from xl_tco.workbook.description import Format
from xl_tco.workbook.measured.study import Operation
from xl_tco.workbook.wording import compared, dollars, percent, plain, times

HOME = "en-US"
# Decimal comma; comma and narrow spaces; point and apostrophes; a decimal sign that is neither.
ABROAD = ("de-DE", "fr-FR", "de-CH", "fa-IR")
EXAMPLES = Path(__file__).parents[1] / "examples" / "benchmarks"

Wording = Callable[[str], str]
# By hand: half away from zero, three decimals below a dollar, no decimals from ten times on.
SAID: list[tuple[Wording, float, str]] = [
    (dollars, 4.2, "$4.20"),
    (dollars, 0.1238, "$0.124"),
    (dollars, 0.0005, "$0.001"),
    (dollars, 1, "$1.00"),
    (dollars, 1234567.891, "$1234567.89"),
    (dollars, -0.12, "-$0.120"),
    (percent, 0.125, "13%"),
    (percent, -0.25, "-25%"),
    (percent, 12.5, "1250%"),
    (times, 1.4, "1.4x"),
    (times, 1, "1.0x"),
    (times, 9.94, "9.9x"),
    (times, 9.95, "10x"),
    (times, 9.96, "10x"),
    (times, 33.92, "34x"),
    (times, 1234.5, "1235x"),
    (plain, 70, "70"),
    (plain, 12.34, "12.3"),
    (plain, -0.05, "-0.1"),
]
# As a table's number format shows them; tables group their thousands, so these have none.
AS_SHOWN: list[tuple[Wording, Format, str]] = [
    (dollars, Format.USD, '[<1]"$"0.000;"$"0.00'),
    (percent, Format.PERCENT, Format.PERCENT),
    (times, Format.TIMES, '[<9.95]0.0"x";0"x"'),
]
# No 1.005: a tie of decimals that binary cannot hold, which LibreOffice's FIXED rounds down alone.
FIGURES = (0.0004, 0.0005, 0.1249, 0.9994, 0.9996, 1.35, 2.5, 9.949, 9.951, 10.5, 47.5, 999.4)


@pytest.fixture
def abroad(libreoffice: LibreOffice) -> Iterator[LibreOffice]:
    """A LibreOffice that is brought home again."""
    yield libreoffice
    libreoffice.region(HOME)


def sheet_of(formulas: list[tuple[str, float]]) -> bytes:
    """A figure in column A, a formula on it in column B."""
    book = Workbook()
    for row, (formula, figure) in enumerate(formulas, start=1):
        book.active.cell(row, 1, figure)
        book.active.cell(row, 2, f"={formula}")
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def computed(office: LibreOffice, formulas: list[tuple[str, float]]) -> list[str]:
    office.open(sheet_of(formulas))
    (cells,) = office.read().values()
    return [cells[f"B{row}"] for row in range(1, len(formulas) + 1)]


@pytest.mark.requires_libreoffice
@pytest.mark.parametrize("region", [HOME, *ABROAD])
class TestEveryRegion:
    def test_figures_in_words(self, region: str, abroad: LibreOffice) -> None:
        abroad.region(region)
        formulas = [(word(f"A{row}"), figure) for row, (word, figure, _) in enumerate(SAID, 1)]
        assert computed(abroad, formulas) == [text for *_, text in SAID]

    def test_the_region_is_another(self, region: str, abroad: LibreOffice) -> None:
        """Else the tests here would see nothing."""
        abroad.region(region)
        (text,) = computed(abroad, [('"x"&A1', 12.5)])
        assert (text == "x12.5") is (region in (HOME, "de-CH"))

    @pytest.mark.parametrize("name", ["hopper_vs_blackwell", "hopper_hgx_h200"])
    def test_texts_of_a_workbook(
        self, region: str, name: str, built: Built, abroad: LibreOffice
    ) -> None:
        assert_same_texts(built(name, "native"), region, abroad)

    def test_texts_of_a_workbook_of_measurements(self, region: str, abroad: LibreOffice) -> None:
        assert_same_texts(measured(), region, abroad)


def measured() -> WorkbookFile:
    """Two platforms, at a target that is no whole number."""
    found = [
        item
        for path, given in (
            ("h200_vllm", Given(platform="h200", gpus=8, precision="fp8")),
            ("gb300_sglang_fp4.jsonl", Given(platform="gb300", gpus=4, precision="fp4")),
        )
        for item in load_measurements([EXAMPLES / path], given).measurements
    ]
    return WorkbookFile(build_measured(found, Operation(interactivity=42.5), "native").content)


def assert_same_texts(file: WorkbookFile, region: str, office: LibreOffice) -> None:
    """Every text that a formula comes to abroad is the one stored."""
    office.region(region)
    office.open(file.content)
    found = office.read()
    stored = {
        (sheet, address): value
        for sheet, address in file.formulas()
        if isinstance(value := file.value(sheet, address), str)
    }
    assert len(stored) > 10
    differs = {
        place: (found[place[0]][place[1]], text)
        for place, text in stored.items()
        if found[place[0]][place[1]] != text
    }
    assert differs == {}


@pytest.mark.requires_libreoffice
@pytest.mark.parametrize(("word", "shown", "code"), AS_SHOWN)
def test_words_round_as_tables_do(
    word: Wording, shown: Format, code: str, libreoffice: LibreOffice
) -> None:
    assert shown.replace("#,##", "").endswith(code)
    quoted = code.replace('"', '""')
    tables = computed(
        libreoffice, [(f'TEXT(A{row},"{quoted}")', figure) for row, figure in enumerate(FIGURES, 1)]
    )
    words = computed(
        libreoffice, [(word(f"A{row}"), figure) for row, figure in enumerate(FIGURES, 1)]
    )
    assert words == tables


@pytest.mark.requires_libreoffice
def test_ratios_in_words(libreoffice: LibreOffice) -> None:
    said = {0.5: "2x lower", 2.0: "2x higher", 1.0: "the same", 1 + 1e-9: "2x higher"}
    formulas = [(compared(f"A{row}", '"2x"'), ratio) for row, ratio in enumerate(said, 1)]
    assert computed(libreoffice, formulas) == list(said.values())
