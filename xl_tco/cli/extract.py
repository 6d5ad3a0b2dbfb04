"""``xl-tco extract``: the scenario files of a workbook, inputs as they stand in its cells."""

from pathlib import Path

import click

from xl_tco.cli.consoles import ERR, OUT
from xl_tco.files import read_limited, replace_file
from xl_tco.review import extract as extract_one
from xl_tco.review import open_workbook
from xl_tco.workbook.package import FILE_LIMIT


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default=True,
    help="Folder to write the scenario files to.",
)
def extract(file: Path, out: Path) -> None:
    """Write the scenario files of a workbook, with every input as it stands in FILE.

    `xl-tco build` makes the workbook again from them.
    """
    found = extract_one(open_workbook(read_limited(file, FILE_LIMIT), str(file)))
    for name, text in found.buildable.items():
        target = out / f"{name}.toml"
        replace_file(target, text.encode())
        OUT.print(str(target), soft_wrap=True)
    for edit in found.edits:
        ERR.print(f"edited: {edit}", soft_wrap=True, markup=False)
