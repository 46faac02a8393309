"""Which hosts work in the home, and whether every part of the work is somebody's."""

from contextlib import suppress

from agent import errors
from agent.config import Settings
from agent.core.hosts import fallen, named, unmanned
from agent.domain.host import HostRun
from agent.domain.phrase import Phrase, plain
from agent.health.finding import Finding, Level, has_run, nothing_yet, some
from agent.ledgers import engine_of
from agent.membership import KnownRuns, at_work_in, known_runs

PART = "hosts"


def hosts_of(settings: Settings) -> KnownRuns | None:
    """Ask the ledger; None where the home is one host's.

    Raises:
        LedgerUnavailable.
    """
    if not settings.is_shared:
        return None
    engine = engine_of(settings)
    try:
        return known_runs(engine, settings)
    finally:
        engine.dispose()


def hosts(settings: Settings) -> Finding:
    if not has_run(settings):
        return nothing_yet(PART)
    found = hosts_of(settings)
    if found is None:
        return _alone(settings)
    now, working = found.now, found.at_work
    names = plain(some([named(run, now) for run in working]), has_stop=False)
    if missing := unmanned(working):
        return Finding(
            part=PART,
            level=Level.BAD,
            said=Phrase(
                "nobody does: {roles}; at work: {hosts}",
                roles=", ".join(missing),
                hosts=names if working else "-",
            ),
            advice=Phrase("On a machine that is to do it, type: systemctl start dossierd"),
        )
    said = Phrase("at work: {hosts}", hosts=names)
    fell = fallen(found.runs, now)
    if not fell:
        return Finding(part=PART, level=Level.GOOD, said=said)
    return Finding(
        part=PART,
        level=Level.NOTICE,
        said=Phrase(
            "{said}; silent within the last hour, and relieved: {fallen}",
            said=said,
            fallen=", ".join(sorted({run.host or "-" for run in fell})),
        ),
        advice=Phrase("What it worked on, others went on with. Why it fell silent says its own log."),
    )


def _alone(settings: Settings) -> Finding:
    """What is to tell where this machine is set to work alone: a drop-in may have been forgotten."""
    others: list[HostRun] = []
    if settings.ledger_url.get_secret_value():
        with suppress(errors.LedgerUnavailable):  # the part `ledger` tells of it
            engine = engine_of(settings)
            try:
                others = [run for run in at_work_in(engine, settings) if run.host]
            finally:
                engine.dispose()
    if not others:
        return Finding(part=PART, level=Level.GOOD, said=Phrase("this machine works alone"))
    return Finding(
        part=PART,
        level=Level.BAD,
        said=Phrase(
            "machines that share this home are at work ({hosts}), and this one is set to work alone",
            hosts=", ".join(sorted({run.host for run in others})),
        ),
        advice=Phrase("Set DOSSIERD_STATE and DOSSIERD_HOST as on the others: docs/scale.md."),
    )
