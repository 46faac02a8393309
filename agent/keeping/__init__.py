"""Keeping a home: a backup that is whole or is none, a new home made from it, and a ledger made anew from sidecars."""

from agent.keeping.backup import BackedUp, back_up
from agent.keeping.restore import Restored, restore

__all__ = ["BackedUp", "Restored", "back_up", "restore"]
