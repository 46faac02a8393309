"""Keeping a home: a backup that is whole or is none, and a new home made from it."""

from agent.keeping.backup import BackedUp, back_up
from agent.keeping.restore import Restored, restore

__all__ = ["BackedUp", "Restored", "back_up", "restore"]
