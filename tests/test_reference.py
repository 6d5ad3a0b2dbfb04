"""The reference page of the functions is the one that their table makes."""

from pathlib import Path

from xl_tco.cli.reference import reference
from xl_tco.functions import TABLE

ROOT = Path(__file__).parents[1]


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
    assert page == reference(TABLE), "run: xl-tco functions --markdown > docs/functions.md"


def test_the_readme_names_every_function() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [f.worksheet_name for f in TABLE if f"`{f.worksheet_name}" not in readme] == []
