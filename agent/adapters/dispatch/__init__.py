"""Who is worked on when, and what is tried again."""

from agent.adapters.dispatch.local import LocalDispatcher, Stuck
from agent.adapters.dispatch.queue import QueueDispatcher

Dispatcher = LocalDispatcher | QueueDispatcher

__all__ = ["Dispatcher", "LocalDispatcher", "QueueDispatcher", "Stuck"]
