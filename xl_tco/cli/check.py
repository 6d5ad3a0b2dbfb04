"""``xl-tco check``: workbooks that came back, compared with what they were built as."""

import json
from pathlib import Path
from typing import Final

import click
from rich.progress import track

from xl_tco.cli.consoles import ERR, OUT
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.files import read_limited
from xl_tco.review.check import Report
from xl_tco.review.check import check as check_one
from xl_tco.workbook.package import FILE_LIMIT

_FORMATS: Final = ("text", "json", "github")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default=_FORMATS[0],
    show_default=True,
    help="Text for people, JSON for programs, annotations for GitHub Actions.",
)
def check(files: tuple[Path, ...], form: str) -> None:
    """Check workbooks that people edited: inputs, formulas, values, checks; exit 0 or 1."""
    reports, refused = [], []
    for path in track(files, "checking", console=ERR, transient=True, disable=not ERR.is_terminal):
        try:
            reports.append(check_one(read_limited(path, FILE_LIMIT), str(path)))
        except InputFileError as error:
            refused.append(str(error))
    if form == "json":
        click.echo(json.dumps([*map(_as_json, reports), *({"refused": text} for text in refused)]))
    else:
        for report in reports:
            _print(report, form)
        for text in refused:
            click.echo(_annotation("", text) if form == "github" else text)
    failed = [report.name for report in reports if not report.passed]
    if failed or refused:
        count = len(failed) + len(refused)
        raise XlTcoError(f"{count} of {len(files)} workbooks did not pass")


def _print(report: Report, form: str) -> None:
    if form == "github":
        for finding in report.findings:
            click.echo(
                _annotation(report.name, f"{finding.place}: {finding.kind}: {finding.message}")
            )
        return
    word = "pass" if report.passed else f"{len(report.findings)} findings"
    OUT.print(f"{report.name} ({report.flavour}): {word}", soft_wrap=True, markup=False)
    for edit in report.edits:
        OUT.print(f"  edited: {edit}", soft_wrap=True, markup=False)
    for finding in report.findings:
        line = f"  {finding.place}: {finding.kind}: {finding.message}"
        OUT.print(line, soft_wrap=True, markup=False, style="red")


def _as_json(report: Report) -> dict[str, object]:
    return {
        "file": report.name,
        "flavour": report.flavour,
        "passed": report.passed,
        "edits": list(report.edits),
        "findings": [
            {"kind": finding.kind, "place": finding.place, "message": finding.message}
            for finding in report.findings
        ],
    }


def _annotation(file: str, text: str) -> str:
    """A GitHub workflow command, its data escaped as GitHub asks."""
    data = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = file.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::error file={name}::{data}" if file else f"::error::{data}"
