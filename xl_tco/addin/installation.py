"""Installing and undoing: a plan of file changes, carried out whole or not at all."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_tco import __version__
from xl_tco.addin.home import Home
from xl_tco.addin.package import build_addin
from xl_tco.addin.settings import Settings
from xl_tco.errors import XlTcoError

_FORMAT: Final = 1


class InstallationError(XlTcoError):
    """The add-in cannot be installed or removed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after; None where there is no file."""

    path: Path
    before: bytes | None
    after: bytes | None

    @property
    def words(self) -> str:
        """What happens, for people."""
        verb = "remove" if self.after is None else "create" if self.before is None else "replace"
        return f"{verb} {self.path}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to change, and folders to remove afterwards if they are empty."""

    changes: tuple[Change, ...]
    folders: tuple[Path, ...] = ()

    def apply(self) -> None:
        """Carry it out; after a fault everything is as before.

        Raises
        ------
        InstallationError
            A file cannot be written or removed.

        """
        done: list[Change] = []
        made: list[Path] = []
        try:
            for change in self.changes:
                made += _missing_folders([change.path], change.path.anchor)
                _write(change.path, change.after)
                done.append(change)
        except OSError as error:
            for change in reversed(done):
                _write(change.path, change.before)
            _remove_empty(reversed(made))
            raise InstallationError(
                f"{change.path}: {error.strerror or error}; nothing was changed. "
                "If Excel is open, close it and run this again"
            ) from None
        _remove_empty(self.folders)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was installed: each file's hash, and of the file that was there before, if any."""

    version: str = ""
    files: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        """The file."""
        data = {
            "format": _FORMAT,
            "version": self.version,
            "files": self.files,
            "before": self.before,
            "folders": self.folders,
        }
        return json.dumps(data, indent=2, sort_keys=True).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Status:
    """What is installed, in words per file."""

    version: str
    files: dict[Path, str]
    settings: Settings | None


def install_plan(home: Home, settings: Settings, *, force: bool = False) -> Plan:
    """What installing, or upgrading, would change; nothing if it is already so.

    Raises
    ------
    InstallationError
        A file was changed by others since, or the manifest is damaged, and not ``force``.

    """
    wanted = {home.addin: build_addin(), home.settings: settings.content}
    old = _manifest(home, force=force)
    current = {path: _content(path) for path in wanted}
    if not force:
        _refuse_changed(home, old, current, "replaces")
    before = dict(old.before)
    backups = []
    for path, content in current.items():
        if _key(home, path) not in old.files and content is not None:
            before[_key(home, path)] = _hash(content)
            backups.append(_change(home.backup(path), content))
    paths = [*wanted, home.manifest, *(change.path for change in backups)]
    new = Manifest(
        __version__,
        {_key(home, path): _hash(content) for path, content in wanted.items()},
        before,
        # Those that the first installation made stay ours to remove.
        old.folders
        or tuple(_key(home, folder) for folder in _missing_folders(paths, str(home.root))),
    )
    changes = [
        *backups,
        _change(home.manifest, new.content),
        *(Change(path, current[path], content) for path, content in wanted.items()),
    ]
    return Plan(tuple(change for change in changes if change.before != change.after))


def uninstall_plan(home: Home, *, force: bool = False) -> Plan:
    """What removing would change: every file as it was before the first installation.

    Raises
    ------
    InstallationError
        Not installed; or changed by others since, and not ``force``; or the manifest is damaged.

    """
    manifest = _manifest(home)
    if not manifest.files:
        raise InstallationError("the add-in is not installed; nothing to remove")
    paths = [path for path in (home.addin, home.settings) if _key(home, path) in manifest.files]
    current = {path: _content(path) for path in paths}
    if not force:
        _refuse_changed(home, manifest, current, "removes")
    changes = []
    for path in paths:
        kept = None
        if _key(home, path) in manifest.before:
            kept = _content(home.backup(path))
            if kept is None or _hash(kept) != manifest.before[_key(home, path)]:
                raise InstallationError(
                    f"{home.backup(path)}: this copy of the file that was there before is "
                    "missing or changed; nothing was removed"
                )
            changes.append(_change(home.backup(path), None))
        changes.insert(0, Change(path, current[path], kept))
    changes.append(_change(home.manifest, None))
    ours = {_key(home, folder): folder for path in paths for folder in _folders(home, path)}
    folders = [ours[name] for name in manifest.folders if name in ours]
    folders.append(home.backup(home.addin).parent)
    return Plan(
        tuple(change for change in changes if change.before != change.after),
        tuple(sorted(folders, key=lambda folder: len(folder.parts), reverse=True)),
    )


def status(home: Home) -> Status:
    """What is installed.

    Raises
    ------
    InstallationError
        The manifest is damaged.

    """
    manifest = _manifest(home)
    files = {}
    for path in (home.addin, home.settings):
        content = _content(path)
        recorded = manifest.files.get(_key(home, path))
        if content is None:
            files[path] = "missing"
        elif recorded is None:
            files[path] = "not installed by xl-tco"
        else:
            files[path] = "as installed" if _hash(content) == recorded else "changed since"
    return Status(manifest.version, files, Settings.read(home.settings))


def _refuse_changed(
    home: Home, manifest: Manifest, current: dict[Path, bytes | None], verb: str
) -> None:
    for path, content in current.items():
        recorded = manifest.files.get(_key(home, path))
        if recorded and content is not None and _hash(content) != recorded:
            raise InstallationError(
                f"{path}: changed since it was installed; --force {verb} it nevertheless"
            )


def _manifest(home: Home, *, force: bool = False) -> Manifest:
    content = _content(home.manifest)
    kept = {path: _content(home.backup(path)) for path in (home.addin, home.settings)}
    if content is None and not any(kept.values()):
        return Manifest()
    try:
        return _parsed(json.loads(content or b""))
    except (AttributeError, KeyError, TypeError, ValueError):
        if not force:
            raise InstallationError(
                f"{home.manifest}: damaged or missing; 'xl-tco addin install --force' mends it"
            ) from None
    # There was an installation, so the files are ours, and the copies are of those before.
    files = {path: _content(path) for path in kept}
    return Manifest(
        files={_key(home, path): _hash(data) for path, data in files.items() if data is not None},
        before={_key(home, path): _hash(data) for path, data in kept.items() if data is not None},
        folders=(_key(home, home.folder),),
    )


def _parsed(data: Any) -> Manifest:
    if data["format"] != _FORMAT:
        raise ValueError
    texts = [data["version"], *data["folders"]]
    for mapping in (data["files"], data["before"]):
        texts += [*mapping.keys(), *mapping.values()]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    return Manifest(
        data["version"], dict(data["files"]), dict(data["before"]), tuple(data["folders"])
    )


def _change(path: Path, after: bytes | None) -> Change:
    return Change(path, _content(path), after)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InstallationError(f"{path}: cannot be read: {error.strerror or error}") from None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _key(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()


def _folders(home: Home, path: Path) -> list[Path]:
    """The folders between the home and a file, the home not among them."""
    return [folder for folder in path.parents if home.root in folder.parents]


def _missing_folders(paths: Iterable[Path], root: str) -> list[Path]:
    """The folders below a root that these files need and that are not there, upper ones first."""
    missing = {
        folder
        for path in paths
        for folder in path.parents
        if Path(root) in folder.parents and not folder.exists()
    }
    return sorted(missing, key=lambda folder: (len(folder.parts), folder))


def _write(path: Path, content: bytes | None) -> None:
    """Put a file in place whole, or take it away."""
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".xl_tco.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:  # gone, or in use by others
            continue
