"""What xlwings Server serves: it looks for a module of this name in its project folder."""

from xl_tco.udfs import *  # noqa: F403
