"""``xl-tco extract``: what a workbook is built from, inputs as they stand in its cells."""

from pathlib import Path

import click

from xl_tco.cli.consoles import ERR, OUT
from xl_tco.files import read_limited, replace_file
from xl_tco.review import extracted_files, open_workbook
from xl_tco.workbook.package import FILE_LIMIT


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default=True,
    help="Folder to write the files to.",
)
def extract(file: Path, out: Path) -> None:
    """Write what a workbook is built from, with every input as it stands in FILE.

    Scenario files, from which `xl-tco build` makes it again; of a workbook of measurements the
    measurements and the inputs, from which `xl-tco measure` does.
    """
    found = extracted_files(open_workbook(read_limited(file, FILE_LIMIT), str(file)))
    for name, text in found.texts.items():
        target = out / name
        replace_file(target, text.encode())
        OUT.print(str(target), soft_wrap=True)
    for edit in found.edits:
        ERR.print(f"edited: {edit}", soft_wrap=True, markup=False)
