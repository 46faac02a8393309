"""The people: read from a CSV file, kept in a local search index."""

from agent.adapters.registry.csv_source import CsvRegistry, read_csv
from agent.adapters.registry.index import RegistryIndex
from agent.adapters.registry.loading import Imported

__all__ = ["CsvRegistry", "Imported", "RegistryIndex", "read_csv"]
