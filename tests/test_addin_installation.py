"""Installing into temporary homes: idempotent, whole or not at all, undone to the byte."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_tco.addin import installation
from xl_tco.addin.home import Home
from xl_tco.addin.installation import (
    InstallationError,
    Plan,
    install_plan,
    status,
    uninstall_plan,
)
from xl_tco.addin.package import build_addin
from xl_tco.addin.settings import Settings
from xl_tco.errors import XlTcoError

ONE = Settings("C:\\one\\python.exe", "C:\\one", "0.37.8")
TWO = Settings("C:\\two\\python.exe", "C:\\two", "0.37.8")
OURS = {"Microsoft/Excel/XLSTART/xl_tco.xlam", "xl_tco/addin.conf", "xl_tco/manifest.json"}
State = dict[str, bytes | None]


def state(root: Path) -> State:
    """Every file with its bytes, every folder as None."""
    return {
        path.relative_to(root).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in root.rglob("*")
    }


def make(root: Path, wanted: State) -> None:
    for name, content in wanted.items():
        path = root / name
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    root = tmp_path / "Roaming"
    root.mkdir()
    return Home(root)


def test_install_into_nothing(home: Home) -> None:
    plan = install_plan(home, ONE)
    assert {change.words.partition(" ")[0] for change in plan.changes} == {"create"}
    plan.apply()
    files = {name for name, content in state(home.root).items() if content is not None}
    assert files == OURS
    assert home.addin.read_bytes() == build_addin()
    assert home.settings.read_bytes() == (
        b"interpreter=C:\\one\\python.exe\r\nbridge=C:\\one\r\nxlwings=0.37.8\r\n"
    )
    assert Settings.read(home.settings) == ONE


def test_again_changes_nothing(home: Home) -> None:
    install_plan(home, ONE).apply()
    before = state(home.root)
    assert install_plan(home, ONE).changes == ()
    install_plan(home, ONE).apply()
    assert state(home.root) == before


def test_moved_interpreter_changes_settings_and_manifest_only(home: Home) -> None:
    install_plan(home, ONE).apply()
    plan = install_plan(home, TWO)
    assert {change.path for change in plan.changes} == {home.settings, home.manifest}
    plan.apply()
    assert Settings.read(home.settings) == TWO


def test_upgrade_and_undo(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    make(home.root, {"Microsoft/Excel/XLSTART/xl_tco.xlam": b"of another project"})
    before = state(home.root)
    monkeypatch.setattr(installation, "build_addin", lambda: b"old add-in")
    install_plan(home, ONE).apply()
    monkeypatch.undo()
    install_plan(home, TWO).apply()
    assert home.addin.read_bytes() == build_addin()
    assert home.backup(home.addin).read_bytes() == b"of another project"
    uninstall_plan(home).apply()
    assert state(home.root) == before


def test_dry_run_is_a_plan_not_applied(home: Home) -> None:
    make(home.root, {"xl_tco/addin.conf": b"something"})
    before = state(home.root)
    words = [change.words for change in install_plan(home, ONE).changes]
    assert f"replace {home.settings}" in words
    assert f"create {home.backup(home.settings)}" in words
    assert state(home.root) == before


def test_uninstall_without_installation(home: Home) -> None:
    with pytest.raises(InstallationError, match="not installed"):
        uninstall_plan(home)


@pytest.mark.parametrize("which", ["addin", "settings"])
def test_changed_since_is_not_touched_but_by_force(home: Home, which: str) -> None:
    install_plan(home, ONE).apply()
    path: Path = getattr(home, which)
    path.write_bytes(b"changed by hand")
    before = state(home.root)
    with pytest.raises(InstallationError, match="changed since it was installed; --force replaces"):
        install_plan(home, TWO)
    with pytest.raises(InstallationError, match="changed since it was installed; --force removes"):
        uninstall_plan(home)
    assert state(home.root) == before
    assert status(home).files[path] == "changed since"
    install_plan(home, ONE, force=True).apply()
    assert status(home).files[path] == "as installed"
    path.write_bytes(b"changed again")
    uninstall_plan(home, force=True).apply()
    assert state(home.root) == {}


@pytest.mark.parametrize("which", ["addin", "settings"])
def test_lost_file_is_put_back_or_done_without(home: Home, which: str) -> None:
    install_plan(home, ONE).apply()
    path: Path = getattr(home, which)
    path.unlink()
    assert status(home).files[path] == "missing"
    assert [change.path for change in install_plan(home, ONE).changes] == [path]
    uninstall_plan(home).apply()
    assert state(home.root) == {}


def test_lost_backup_stops_the_undoing(home: Home) -> None:
    make(home.root, {"xl_tco/addin.conf": b"prior"})
    install_plan(home, ONE).apply()
    home.backup(home.settings).write_bytes(b"tampered")
    before = state(home.root)
    with pytest.raises(InstallationError, match="nothing was removed"):
        uninstall_plan(home)
    assert state(home.root) == before


DAMAGED = {
    "empty": b"",
    "text": b"hello",
    "binary": b"\xff\xfe\x00",
    "list": b"[]",
    "null": b"null",
    "other format": b'{"format": 2}',
    "no files": b'{"format": 1, "version": "1", "folders": []}',
    "numbers": b'{"format":1,"version":"1","files":{"a":1},"before":{},"folders":[]}',
    "list of files": b'{"format":1,"version":"1","files":["a"],"before":{},"folders":[]}',
    "missing": None,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_manifest(home: Home, content: bytes | None) -> None:
    prior = {"Microsoft/Excel/XLSTART/xl_tco.xlam": b"prior"}
    make(home.root, {**prior, "xl_tco/note.txt": b"mine"})
    before = state(home.root)
    install_plan(home, ONE).apply()
    if content is None:
        home.manifest.unlink()
    else:
        home.manifest.write_bytes(content)
    for plan in (uninstall_plan, status):
        with pytest.raises(InstallationError, match="damaged or missing"):
            plan(home)
    with pytest.raises(InstallationError, match="damaged or missing"):
        install_plan(home, ONE)
    install_plan(home, ONE, force=True).apply()
    uninstall_plan(home).apply()
    assert state(home.root) == before


def test_manifest_cannot_reach_other_files(home: Home, tmp_path: Path) -> None:
    """A manifest is only believed about our own places."""
    treasure = tmp_path / "treasure.txt"
    treasure.write_bytes(b"gold")
    folder = tmp_path / "empty"
    folder.mkdir()
    install_plan(home, ONE).apply()
    data = json.loads(home.manifest.read_bytes())
    data["files"]["../treasure.txt"] = "0"
    data["folders"] += ["../empty", str(folder)]
    home.manifest.write_text(json.dumps(data), encoding="utf-8")
    uninstall_plan(home).apply()
    assert treasure.read_bytes() == b"gold"
    assert folder.is_dir()
    assert state(home.root) == {}


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("installed", [False, True])
def test_a_file_that_cannot_be_written(
    home: Home, monkeypatch: pytest.MonkeyPatch, number: int, installed: bool
) -> None:
    """Whichever write fails, all is as before: here a file that a running Excel holds open."""
    make(home.root, {"Microsoft/Excel/XLSTART/xl_tco.xlam": b"prior"})
    if installed:
        install_plan(home, ONE).apply()
    before = state(home.root)
    plan: Plan = uninstall_plan(home) if installed else install_plan(home, ONE)
    assert len(plan.changes) == 4
    target = plan.changes[number].path
    replace, unlink = Path.replace, Path.unlink

    def no_replace(self: Path, other: Path) -> Path:
        if Path(other) == target:
            raise PermissionError(13, "Permission denied")
        return replace(self, other)

    def no_unlink(self: Path, missing_ok: bool = False) -> None:
        if self == target:
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "replace", no_replace)
    monkeypatch.setattr(Path, "unlink", no_unlink)
    with pytest.raises(InstallationError, match=r"nothing was changed\. If Excel is open"):
        plan.apply()
    assert state(home.root) == before


def test_start_folder_is_a_file(home: Home) -> None:
    make(home.root, {"Microsoft/Excel/XLSTART": b"a file"})
    before = state(home.root)
    with pytest.raises(InstallationError, match="XLSTART"):
        install_plan(home, ONE).apply()
    assert state(home.root) == before


def test_target_is_a_folder(home: Home) -> None:
    home.addin.mkdir(parents=True)
    with pytest.raises(InstallationError, match="cannot be read"):
        install_plan(home, ONE)


def test_not_windows() -> None:
    with pytest.raises(XlTcoError, match="Windows only"):
        Home.of_this_user({})
    assert Home.of_this_user({"APPDATA": "place"}).root == Path("place")


def test_settings_of_this_python() -> None:
    found = Settings.of_this_python()
    assert Path(found.interpreter).is_file()
    assert [path.name for path in found.libraries()] == [
        f"xlwings64-{found.xlwings}.dll",
        f"xlwings32-{found.xlwings}.dll",
    ]


@pytest.mark.parametrize("content", [b"", b"interpreter=x", b"\xff\xfe\x81", None])
def test_settings_that_are_not_ours(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "addin.conf"
    if content is not None:
        path.write_bytes(content)
    assert Settings.read(path) is None


def test_settings_that_vba_could_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_tco.addin.settings.ENCODING", "cp1252")
    assert b"Ren\xe9" in Settings("C:\\René\\python.exe", "C:\\", "1").content
    with pytest.raises(XlTcoError, match="plain letters"):
        _ = Settings("C:\\用户\\python.exe", "C:\\", "1").content


NAMES = st.sampled_from(
    [
        "Microsoft/Excel/XLSTART/xl_tco.xlam",
        "Microsoft/Excel/XLSTART/xlwings.xlam",
        "Microsoft/Excel/XLSTART/PERSONAL.XLSB",
        "Microsoft/Excel/other.xlb",
        "Microsoft/AddIns/xl_tco.xlam",
        "xl_tco/addin.conf",
        "xl_tco/notes/mine.txt",
        "xlwings/xlwings.conf",
    ]
)
FOLDERS = st.sampled_from(["Microsoft/Excel/XLSTART", "Microsoft", "xl_tco", "Microsoft/AddIns"])
PRIOR = st.builds(
    lambda files, folders: {**dict.fromkeys(folders), **files},
    st.dictionaries(NAMES, st.binary(max_size=40) | st.just(build_addin())),
    st.sets(FOLDERS),
)
STEPS = st.lists(st.sampled_from([ONE, TWO]), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(prior=PRIOR, steps=STEPS, forced=st.booleans())
def test_undo_restores_exactly(prior: State, steps: list[Settings], forced: bool) -> None:
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        make(home.root, prior)
        before = state(home.root)
        for step in steps:
            install_plan(home, step, force=forced).apply()
            after = state(home.root)
            assert install_plan(home, step).changes == ()
            touched = OURS | {"xl_tco", "xl_tco/before"} | {
                "Microsoft", "Microsoft/Excel", "Microsoft/Excel/XLSTART",
                "xl_tco/before/xl_tco.xlam", "xl_tco/before/addin.conf",
            }  # fmt: skip
            assert {name for name in after if before.get(name, 0) != after[name]} <= touched
            assert set(before) <= set(after)
        uninstall_plan(home, force=forced).apply()
        assert state(home.root) == before
