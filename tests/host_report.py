"""What each host came to, one line a host at the end of the run: cases run, cases passed.

A plugin: ``pytest_plugins = ["host_report"]`` in the conftest.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

_LINES: list[str] = []


def report(host: str, run: int, passed: int) -> None:
    """Note the outcome of one host, to be shown in the terminal summary."""
    _LINES.append(f"{host}: {run} cases run, {passed} passed")


@dataclass
class Tally:
    """The cases a host has run, in whatever forms; one that failed in any form did not pass."""

    run: set[Hashable] = field(default_factory=set)
    failed: set[Hashable] = field(default_factory=set)

    @contextmanager
    def counted(self, case: Hashable) -> Iterator[None]:
        """Run a case: it fails if what is done here raises."""
        self.run.add(case)
        try:
            yield
        except BaseException:
            self.failed.add(case)
            raise

    def report(self, host: str) -> None:
        """Note the outcome."""
        report(host, len(self.run), len(self.run - self.failed))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what a process of pytest-xdist noted, once its last fixtures are torn down."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["hosts"] = _LINES


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what such a process noted; one that crashed hands over nothing."""
    _LINES.extend(getattr(node, "workeroutput", {}).get("hosts", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _LINES:
        terminalreporter.section("hosts")
        for line in sorted(_LINES):
            terminalreporter.write_line(line)
