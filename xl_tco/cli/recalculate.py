"""``xl-tco recalculate``: the stored values of workbooks brought up to date."""

from pathlib import Path
from typing import Final

import click
from rich.progress import track

from xl_tco.cli.consoles import ERR, OUT
from xl_tco.cli.process import refuse_if_interrupted
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.files import read_limited, replace_file
from xl_tco.recalculate import Recalculated
from xl_tco.recalculate import recalculate as recalculate_one
from xl_tco.workbook.package import FILE_LIMIT

_NAMED: Final = 10


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to, under the same names; without it the files are replaced.",
)
def recalculate(files: tuple[Path, ...], out: Path | None) -> None:
    """Compute every formula of FILES and store the values; nothing else in them changes."""
    done: dict[Path, Recalculated] = {}
    for path in track(
        files, "recalculating", console=ERR, transient=True, disable=not ERR.is_terminal
    ):
        target = out / path.name if out else path
        if target in done:
            raise InputFileError(f"two files would be written to {target}; rename one")
        done[target] = recalculate_one(read_limited(path, FILE_LIMIT), str(path))
    refuse_if_interrupted()
    for target, result in done.items():
        replace_file(target, result.content)
        OUT.print(f"{target}: {result.computed} cells computed", soft_wrap=True)
        if result.mended:
            ERR.print(f"{target}: mended {_listed(result.mended)}", style="yellow", soft_wrap=True)
    kept = [f"{target}: {_listed(result.kept)}" for target, result in done.items() if result.kept]
    if kept:
        raise XlTcoError(
            "written, but the engine lacks a function for these cells, whose values stay as they "
            f"were: {'; '.join(kept)}"
        )


def _listed(places: tuple[str, ...]) -> str:
    more = len(places) - _NAMED
    return ", ".join(places[:_NAMED]) + (f" and {more} more" if more > 0 else "")
