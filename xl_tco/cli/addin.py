"""``xl-tco addin``: the functions in Excel on Windows."""

from pathlib import Path
from typing import Final

import click

from xl_tco.addin.doctor import examine
from xl_tco.addin.facts import gather
from xl_tco.addin.home import Home
from xl_tco.addin.installation import Plan, install_plan, uninstall_plan
from xl_tco.addin.installation import status as status_of
from xl_tco.addin.package import build_addin
from xl_tco.addin.settings import Settings
from xl_tco.cli.consoles import OUT
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.files import replace_file

_DRY_RUN: Final = click.option("--dry-run", is_flag=True, help="List the files, change nothing.")
_FORCE: Final = click.option("--force", is_flag=True, help="Also where files were changed since.")


@click.group()
def addin() -> None:
    """The add-in that computes with Python in Excel on Windows."""


@addin.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("xl_tco.xlam"),
    show_default=True,
    help="File to write.",
)
def build(out: Path) -> None:
    """Make the add-in file, on any system; it holds no path of a machine."""
    if not out.parent.is_dir():
        raise InputFileError(f"{out}: cannot be written: no such folder")
    replace_file(out, build_addin())
    _say(str(out))


@addin.command()
@_DRY_RUN
@_FORCE
def install(dry_run: bool, force: bool) -> None:
    """Put the add-in into your Excel, with this Python to compute; also upgrades."""
    home = Home.of_this_user()
    _carry_out(install_plan(home, Settings.of_this_python(), force=force), dry_run)


@addin.command()
@_DRY_RUN
@_FORCE
def uninstall(dry_run: bool, force: bool) -> None:
    """Take the add-in away; every file is again as it was before."""
    _carry_out(uninstall_plan(Home.of_this_user(), force=force), dry_run)


@addin.command()
def status() -> None:
    """Say what is installed."""
    found = status_of(Home.of_this_user())
    _say(f"installed by xl_tco {found.version}" if found.version else "not installed")
    for path, words in found.files.items():
        _say(f"{path}: {words}")
    if found.settings:
        _say(f"computes with {found.settings.interpreter}, xlwings {found.settings.xlwings}")


@addin.command()
def doctor() -> None:
    """Find out why cells show #NAME? or #VALUE!, and say the fix; changes nothing."""
    findings = examine(gather(Home.of_this_user()))
    for finding in findings:
        _say(f"{finding.cause}\n  fix: {finding.fix}")
    if findings:
        raise XlTcoError(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}")
    _say("no known fault; restart Excel if cells still show #NAME?")


def _carry_out(plan: Plan, dry_run: bool) -> None:
    if not dry_run:
        plan.apply()
    for change in plan.changes:
        _say(("would " if dry_run else "") + change.words)
    if not plan.changes:
        _say("nothing to change")
    elif not dry_run:
        _say("restart Excel")


def _say(text: str) -> None:
    OUT.print(text, markup=False, soft_wrap=True)
