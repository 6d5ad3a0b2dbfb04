"""Shared fixtures: each shipped workbook built once, one LibreOffice for the session."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache

import libreoffice as office
import pytest
from hypothesis import settings
from workbook_file import WorkbookFile

from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario.loading import shipped
from xl_tco.templates import build

pytest_plugins = ["all_cores", "host_report"]

# No test is one of speed: other processes of the run, and others, take their share of the machine.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")

Built = Callable[[str, str], WorkbookFile]

ALL = [
    pytest.param((name, flavour), id=f"{name}-{flavour}")
    for name in shipped()
    for flavour in Flavour
]


@cache
def _built(name: str, flavour: str) -> WorkbookFile:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        return WorkbookFile(build(name, flavour).content)


@pytest.fixture(scope="session")
def built() -> Built:
    """Give a shipped workbook by name and flavour."""
    return _built


@pytest.fixture(scope="session", params=ALL)
def workbook(request: pytest.FixtureRequest) -> WorkbookFile:
    """Every shipped workbook in every flavour."""
    return _built(*request.param)


@pytest.fixture(scope="session", params=list(shipped()))
def name(request: pytest.FixtureRequest) -> str:
    """Every shipped workbook's name."""
    return str(request.param)


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[office.LibreOffice]:
    """A running LibreOffice with a fresh profile."""
    with office.LibreOffice(tmp_path_factory.mktemp("libreoffice")) as running:
        yield running


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "requires_libreoffice(*programs): needs soffice, a Python with uno, and these programs",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    mark = item.get_closest_marker("requires_libreoffice")
    if not mark:
        return
    missing = office.missing() + [name for name in mark.args if not shutil.which(name)]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
