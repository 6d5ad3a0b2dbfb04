"""A run of all tests takes all cores, up to six; a run of named files is one process.

A plugin: ``pytest_plugins = ["all_cores"]`` in the conftest. ``-n auto`` in pyproject.toml would be
an error with ``-p no:xdist``, and would start processes for a single test too.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Say how many processes before pytest-xdist starts them."""
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    option = config.option
    if option.numprocesses is None and config.args_source is config.ArgsSource.TESTPATHS:
        option.numprocesses = "auto"
        # The longest file alone takes a sixth of the time; each process collects all tests.
        option.maxprocesses = option.maxprocesses or 6
    if option.numprocesses and option.dist == "no":
        # A file's tests stay in one process: they share a host, and Wine is for one at a time.
        option.dist = "loadfile"
