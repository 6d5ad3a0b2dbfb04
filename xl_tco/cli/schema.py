"""``xl-tco schema``: the JSON Schema of scenario files."""

import json

import click

from xl_tco.cli.consoles import OUT
from xl_tco.scenario import json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, so that editors complete and check them."""
    OUT.print(json.dumps(json_schema(), indent=2), soft_wrap=True)
