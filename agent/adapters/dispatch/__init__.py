"""Who is worked on when, and what is tried again."""

from agent.adapters.dispatch.local import LocalDispatcher, Stuck

__all__ = ["LocalDispatcher", "Stuck"]
