"""The committed check sheets are what the case table gives, and every case passes in an engine."""

import check_sheet
import pytest
from case_table import ALL_CASES
from host_report import report

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
    report(
        f"formualizer with the Python functions, {flavour} check sheet",
        len(verdicts),
        sum(verdicts),
    )
    assert verdicts == [True] * len(ALL_CASES)
    assert values["Cases", "B2"] == f"{len(ALL_CASES)} of {len(ALL_CASES)} cases pass"
