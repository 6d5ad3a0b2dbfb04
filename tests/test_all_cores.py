"""Tests in several processes: which runs have them, and that no host's report gets lost."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

# Each test reports the process that it runs in; the last report comes from a fixture's end.
TESTS = """
import os
from pathlib import Path

import pytest
from host_report import report

HOST = f"{Path(__file__).stem} in {os.environ.get('PYTEST_XDIST_WORKER', 'one process')}"


@pytest.fixture(scope="session")
def host():
    yield
    report(f"{HOST} at the end", 3, 3)


@pytest.mark.parametrize("number", range(3))
def test_reports(number):
    report(HOST, number, 0)


def test_with_a_fixture(host):
    pass
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of tests, with this project's plugins."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n", encoding="utf-8")
    tests = folder / "tests"
    tests.mkdir()
    plugins = 'pytest_plugins = ["all_cores", "host_report"]\n'
    (tests / "conftest.py").write_text(plugins, encoding="utf-8")
    for name in "abc":
        (tests / f"test_{name}.py").write_text(TESTS, encoding="utf-8")
    return folder


def said(suite: Path, *arguments: str, cores: int = 2) -> str:
    """What a run says, on a machine of so many cores."""
    # Without what makes a process one of the outer run's, and without options of the user's.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    path = os.pathsep.join([str(Path(__file__).parent), inherited.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        capture_output=True,
        check=False,
        cwd=suite,
        encoding="utf-8",
        env=inherited | {"PYTHONPATH": path, "PYTEST_XDIST_AUTO_NUM_WORKERS": str(cores)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def reports(text: str) -> list[tuple[str, str, str]]:
    """File, process and the rest of each report."""
    return re.findall(r"^test_(\w) in (gw\d+|one process)(.*)$", text, re.MULTILINE)


RESTS = sorted(
    [*(f": {n} cases run, 0 passed" for n in range(3)), " at the end: 3 cases run, 3 passed"]
)


@pytest.mark.parametrize(
    ("arguments", "workers", "files"),
    [
        ((), True, "abc"),
        (("-n", "2"), True, "abc"),
        (("-n", "0"), False, "abc"),
        (("-p", "no:xdist"), False, "abc"),
        (("tests/test_a.py",), False, "a"),
    ],
    ids=lambda value: " ".join(value) or "everything" if isinstance(value, tuple) else "",
)
def test_reports_once_from_one_process_a_file(
    suite: Path, arguments: tuple[str, ...], workers: bool, files: str
) -> None:
    found = reports(said(suite, *arguments))
    for file in files:
        assert sorted(rest for name, _, rest in found if name == file) == RESTS
        (process,) = {process for name, process, _ in found if name == file}
        assert (process != "one process") is workers
    assert {name for name, _, _ in found} == set(files)


def test_no_more_processes_than_are_of_use(suite: Path) -> None:
    assert "6 workers [" in said(suite, cores=64)
