"""The committed check sheets are what the case table gives, and every case passes in an engine."""

import check_sheet
import pytest
from case_table import ALL_CASES, CASES
from excel_faults import excel_faults
from host_report import report
from workbook_file import WorkbookFile

from xl_tco.hosts.cell_formulas import Flavour


@pytest.mark.parametrize("flavour", check_sheet.FLAVOURS)
def test_the_committed_sheet_is_up_to_date(
    flavour: Flavour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    content, _ = check_sheet.build(flavour)
    assert check_sheet.path_of(flavour).read_bytes() == content


@pytest.mark.parametrize("flavour", check_sheet.FLAVOURS)
def test_every_case_passes(flavour: Flavour) -> None:
    _, values = check_sheet.build(flavour)
    verdicts = [value for value in values.values() if isinstance(value, bool)]
    count = len(check_sheet.cases(flavour))
    report(
        f"formualizer with the Python functions, {flavour} check sheet",
        len(verdicts),
        sum(verdicts),
    )
    assert verdicts == [True] * count
    assert values["Cases", "B2"] == f"{count} of {count} cases pass"


@pytest.mark.parametrize("flavour", check_sheet.FLAVOURS)
def test_excel_reads_the_sheet_as_it_is_written(flavour: Flavour) -> None:
    assert excel_faults(WorkbookFile(check_sheet.build(flavour)[0])) == []


def test_every_case_is_on_a_sheet_but_the_name_of_the_engine_on_one() -> None:
    assert check_sheet.cases(Flavour.ADDIN) == ALL_CASES
    assert set(ALL_CASES) - set(check_sheet.cases(Flavour.LAMBDA)) == set(CASES["tco_engine"])
