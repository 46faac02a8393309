"""A daemon that breaks each promise which `selftest` looks for, as a wrong program would.

`python -m tests.e2e.sabotaged --home DIR`: it guesses, mistakes the scan's owner, says another reason, takes a copy for
something broken, counts what was never sent as sent, and after a death takes a file in that nobody dropped.
"""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.adapters.home import LEDGER_FILE
from agent.adapters.telegram.client import TelegramNotifier
from agent.app import build
from agent.config import load
from agent.daemon import Daemon
from agent.domain.decision import Ambiguous
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.message import Message
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome
from agent.ports import Ports
from agent.workflow import custody

_settle = custody.settle


def _wrong(outcome: Outcome) -> Outcome:
    match outcome:
        case InReview(decision=Ambiguous(candidates=candidates) as decision):
            return Archived(record_id=candidates[0].person.record_id, decided_by="rule", decision=decision)
        case Archived():
            return replace(outcome, record_id=RecordId("1002"))
        case Failed(reason=FailureReason.DAMAGED):
            return replace(outcome, reason=FailureReason.UNKNOWN_FORMAT)
        case Duplicate():
            return Failed(reason=FailureReason.DAMAGED)
    return outcome


def _settle_wrongly(document: Document, outcome: Outcome, ports: Ports, **more: Any) -> Document:
    return _settle(document, _wrong(outcome), ports, **more)


def _pretend(_notifier: TelegramNotifier, _message: Message, recipient: str) -> str:
    return recipient


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    home: Path = parser.parse_args().home
    if (home / "state" / LEDGER_FILE).exists():
        shutil.copyfile(home / "samples" / "memo.pdf", home / "incoming" / "nobody's.pdf")
    custody.settle = _settle_wrongly
    TelegramNotifier.send = _pretend  # type: ignore[assignment, method-assign]
    parts = build(load(home=home))
    try:
        Daemon(parts).run()
    finally:
        parts.close()


if __name__ == "__main__":
    main()
