"""``xl-tco addin`` as a process of its own, with a temporary home."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from xl_tco.addin.package import build_addin

XL_TCO = [sys.executable, "-c", "from xl_tco.cli import main; main()"]


def run(
    *arguments: str, cwd: Path, home: Path | None, command: str = "addin"
) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "APPDATA"}
    if home:
        environment["APPDATA"] = str(home)
    return subprocess.run(
        [*XL_TCO, command, *arguments],
        capture_output=True,
        check=False,
        cwd=cwd,
        encoding="utf-8",
        env={**environment, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "Roaming"
    folder.mkdir()
    return folder


def files(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }


def good(*arguments: str, cwd: Path, home: Path | None = None) -> list[str]:
    done = run(*arguments, cwd=cwd, home=home)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.splitlines()


def bad(*arguments: str, cwd: Path, home: Path | None = None) -> str:
    done = run(*arguments, cwd=cwd, home=home)
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("xl-tco: ")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_help(tmp_path: Path) -> None:
    text = "\n".join(good("--help", cwd=tmp_path))
    for name in ("build", "install", "uninstall", "status", "doctor"):
        assert f"\n  {name} " in text
    for name in ("install", "uninstall"):
        assert "--dry-run" in "\n".join(good(name, "--help", cwd=tmp_path))


def test_build(tmp_path: Path) -> None:
    assert good("build", cwd=tmp_path) == ["xl_tco.xlam"]
    assert (tmp_path / "xl_tco.xlam").read_bytes() == build_addin()
    good("build", "--out", "other.xlam", cwd=tmp_path)
    assert (tmp_path / "other.xlam").read_bytes() == build_addin()


def test_build_into_no_folder(tmp_path: Path) -> None:
    assert "cannot be written" in bad("build", "--out", "no/folder.xlam", cwd=tmp_path)


def test_whole_life(tmp_path: Path, home: Path) -> None:
    (home / "other.txt").write_bytes(b"of others")
    planned = good("install", "--dry-run", cwd=tmp_path, home=home)
    assert len(planned) == 3
    assert all(line.startswith("would create ") for line in planned)
    assert list(files(home)) == ["other.txt"]
    assert good("status", cwd=tmp_path, home=home)[0] == "not installed"

    done = good("install", cwd=tmp_path, home=home)
    assert done == [*(line.removeprefix("would ") for line in planned), "restart Excel"]
    assert good("install", cwd=tmp_path, home=home) == ["nothing to change"]
    words = "\n".join(good("status", cwd=tmp_path, home=home))
    assert "installed by xl_tco" in words
    assert words.count("as installed") == 2
    assert f"computes with {sys.executable}" in words

    planned = good("uninstall", "--dry-run", cwd=tmp_path, home=home)
    assert all(line.startswith("would remove ") for line in planned)
    assert len(files(home)) == 4
    good("uninstall", cwd=tmp_path, home=home)
    assert files(home) == {"other.txt": b"of others"}
    assert [path.name for path in home.iterdir()] == ["other.txt"]
    assert "not installed" in bad("uninstall", cwd=tmp_path, home=home)


def test_doctor_before_installing(tmp_path: Path, home: Path) -> None:
    done = run("doctor", cwd=tmp_path, home=home)
    assert done.returncode == 1
    assert "cells show #NAME?" in done.stdout
    assert "  fix: run: xl-tco addin install" in done.stdout
    assert done.stderr.startswith("xl-tco: ")
    assert "finding" in done.stderr
    assert files(home) == {}


def test_changed_file_and_force(tmp_path: Path, home: Path) -> None:
    good("install", cwd=tmp_path, home=home)
    (home / "xl_tco" / "addin.conf").write_bytes(b"mine")
    assert "--force" in bad("install", cwd=tmp_path, home=home)
    good("install", "--force", cwd=tmp_path, home=home)
    assert good("install", cwd=tmp_path, home=home) == ["nothing to change"]


@pytest.mark.parametrize("command", ["install", "uninstall", "status", "doctor"])
def test_elsewhere_than_windows(tmp_path: Path, command: str) -> None:
    assert "Windows only" in bad(command, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_build_with_macros_writes_a_workbook_that_carries_the_functions(tmp_path: Path) -> None:
    done = run(
        "hopper_hgx_h200",
        *("--functions", "addin", "--macro", "--out", str(tmp_path)),
        cwd=tmp_path,
        home=None,
        command="build",
    )
    assert done.returncode == 0, done.stderr
    book = tmp_path / "addin" / "hopper_hgx_h200.xlsm"
    with zipfile.ZipFile(book) as archive:
        assert "xl/vbaProject.bin" in archive.namelist()
        assert b"macroEnabled.main+xml" in archive.read("[Content_Types].xml")


def test_macros_go_with_the_addin_flavour_only(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = run("--macro", "--out", out, cwd=tmp_path, home=None, command="build")
    assert done.returncode == 2
    assert "--functions addin" in done.stderr
    assert not (tmp_path / "out").exists()
