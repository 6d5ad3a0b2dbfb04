"""What a user decides: scenario and comparison files, and the input figures they come to."""

from xl_tco.scenario.comparison import Comparison
from xl_tco.scenario.loading import Pair, json_schema, load_scenario, shipped
from xl_tco.scenario.models import Scenario

__all__ = ["Comparison", "Pair", "Scenario", "json_schema", "load_scenario", "shipped"]
