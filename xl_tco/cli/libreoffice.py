"""``xl-tco libreoffice``: the functions in LibreOffice Calc."""

from pathlib import Path

import click

from xl_tco import __version__
from xl_tco.cli.consoles import OUT
from xl_tco.files import replace_file
from xl_tco.libreoffice.extension import FILE_NAME
from xl_tco.libreoffice.extension import build as build_extension
from xl_tco.libreoffice.installation import LibreOffice


@click.group()
def libreoffice() -> None:
    """The functions in LibreOffice Calc, as an extension."""


@libreoffice.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(FILE_NAME),
    show_default=True,
    help="File to write.",
)
def build(out: Path) -> None:
    """Build the extension, to install on other machines."""
    replace_file(out, build_extension())
    OUT.print(str(out), soft_wrap=True)


@libreoffice.command()
def install() -> None:
    """Build the extension and install it; whichever version is there is replaced."""
    office = LibreOffice.found()
    office.install(build_extension())
    OUT.print(f"xl_tco {__version__} installed for {office.audience}; start LibreOffice Calc")


@libreoffice.command()
def uninstall() -> None:
    """Take the extension out of LibreOffice."""
    office = LibreOffice.found()
    was_there = office.uninstall()
    OUT.print(f"{'uninstalled' if was_there else 'not installed'} for {office.audience}")


@libreoffice.command()
def status() -> None:
    """Tell which version is installed."""
    office = LibreOffice.found()
    version = office.installed_version()
    OUT.print(f"{f'xl_tco {version}' if version else 'not'} installed for {office.audience}")
