"""The people: read from a CSV file, kept in a local search index."""

from agent.adapters.registry.csv_source import CsvRegistry, read_csv
from agent.adapters.registry.fields import chosen_column
from agent.adapters.registry.index import TRUSTED_UNTIL, RegistryIndex
from agent.adapters.registry.inspection import Inspection
from agent.adapters.registry.loading import Imported

__all__ = [
    "TRUSTED_UNTIL",
    "CsvRegistry",
    "Imported",
    "Inspection",
    "RegistryIndex",
    "chosen_column",
    "read_csv",
]
