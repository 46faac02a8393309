"""Whether the kernel has room for another watch: where it hasn't, arrivals are noticed later."""

from agent.adapters.inotify import Used, inotify_use
from agent.config import Settings
from agent.domain.phrase import Phrase
from agent.health.finding import Finding, Level, typed

NEARLY = 0.9
"""From this share on somebody should raise the limit before it is met."""
MOST_WATCHES = 524_288
MOST_INSTANCES = 1_024
"""What the hints of the watcher name too; a watch takes a kilobyte of the kernel's memory only once it is used."""


def inotify(_settings: Settings) -> Finding:
    use = inotify_use()
    said = Phrase(
        "{watches} of {most_watches} watches used, {instances} of {most_instances} instances",
        watches=use.watches.used,
        most_watches=use.watches.limit,
        instances=use.instances.used,
        most_instances=use.instances.limit,
    )
    level = max((_level(it) for it in (use.watches, use.instances)), key=[*Level].index)
    if level is Level.GOOD:
        return Finding(part="inotify", level=level, said=said)
    if _level(use.watches) is level:
        return Finding(
            part="inotify", level=level, said=said, advice=_raised("max_user_watches", MOST_WATCHES)
        )
    return Finding(
        part="inotify", level=level, said=said, advice=_raised("max_user_instances", MOST_INSTANCES)
    )


def _raised(name: str, least: int) -> Phrase:
    return typed(f"sysctl -w fs.inotify.{name}={least}")


def _level(use: Used) -> Level:
    if use.used >= use.limit:
        return Level.BAD
    return Level.NOTICE if use.used >= NEARLY * use.limit else Level.GOOD
