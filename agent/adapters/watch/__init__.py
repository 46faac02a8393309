"""Intake's eyes: which files in `incoming/` are there, stand still and have their end.

Events are hints, a rescan is the truth: an event may be lost, but no file is missed for longer than it takes
the next rescan to come. Nothing here moves, changes or deletes a file.
"""

from agent.adapters.watch.health import WatchHealth, WatchMode
from agent.adapters.watch.looking import REFUSED_WORDS, Oddity, OddityKind
from agent.adapters.watch.watcher import IncomingWatcher

__all__ = ["REFUSED_WORDS", "IncomingWatcher", "Oddity", "OddityKind", "WatchHealth", "WatchMode"]
