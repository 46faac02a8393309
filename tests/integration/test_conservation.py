"""Conservation: after any sequence of events, deaths among them, every accepted byte is in exactly one place."""

import dataclasses
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent import errors
from agent.domain.document import DocumentId, DocumentText, SeenFile, text_of_plain
from agent.domain.life import Action, Document, Request
from agent.domain.outcome import ACCEPTED, AT_REST, IN_WORK, FailureReason, State
from agent.ports import Folders, Ledger, Ports
from agent.trail import Journal
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.recovery import recover
from agent.workflow.review import perform
from tests.custody_builders import ABOUT_ANNA, ABOUT_NOBODY, NAMES_ANNA_ONLY, Office, make_ports, seen_file

TEXTS = {b"anna": ABOUT_ANNA, b"asks": NAMES_ANNA_ONLY, b"nobody": ABOUT_NOBODY}
KINDS = ["anna", "asks", "nobody", "broken"]
CONTENTS = [b"anna 1", b"anna 2", b"asks 1", b"asks 2", b"nobody 1", b"broken 1", b""]


class Death(BaseException):
    """The process is gone: nothing that is called after it has an effect."""


class Fate:
    """Counts what is done outside, and dies before or after a chosen step."""

    def __init__(self) -> None:
        self.steps_left: int | None = None
        self.dies_after = False
        self.is_dead = False

    def around(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.is_dead:
            raise Death
        if self.steps_left is None:
            return call(*args, **kwargs)
        self.steps_left -= 1
        if self.steps_left > 0:
            return call(*args, **kwargs)
        if self.dies_after:
            call(*args, **kwargs)
        self.is_dead = True
        raise Death


class Mortal:
    """Any port whose calls fate counts."""

    def __init__(self, inner: object, fate: Fate) -> None:
        self._inner, self._fate = inner, fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._inner, name)
        return lambda *args, **kwargs: self._fate.around(call, *args, **kwargs)


def _read(path: Path) -> DocumentText:
    """What this content says, whoever reads it, and however often."""
    kind = path.read_bytes().partition(b" ")[0]
    if kind not in TEXTS:
        raise errors.DocumentUnreadable(FailureReason.DAMAGED)
    return text_of_plain(TEXTS[kind])


class Conservation(RuleBasedStateMachine):
    """One home, its daemon, its people, and what may happen to all of them."""

    @initialize()
    def open_home(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="dossierd-conservation-"))
        self.contents: dict[str, bytes] = {}
        self.dropped: list[SeenFile] = []
        self.fate = Fate()
        self.office = self._open()

    def _open(self) -> Office:
        office = make_ports(self.home, recipients=("anna",))
        office.text_source.script = [_read]
        return office

    @property
    def ports(self) -> Ports:
        """Ports that die when fate says so."""
        office, fate = self.office, self.fate
        return dataclasses.replace(
            office.ports,
            folders=cast(Folders, Mortal(office.folders, fate)),
            ledger=cast(Ledger, Mortal(office.ledger, fate)),
            journal=cast(Journal, Mortal(office.journal, fate)),
        )

    def _survive(self, work: Callable[[Ports], object]) -> None:
        """Do it, and after a death start again."""
        try:
            work(self.ports)
        except Death:
            now = self.office.clock.now()
            self.office.ledger.close()
            self.office = self._open()
            self.office.clock.moment = now
            self.fate = Fate()
            suspects, others = recover(self.ports, self._orphans())
            for document_id in (*suspects, *others):
                process_document(document_id, self.ports)
        self.fate.steps_left = None
        self.dropped = [seen for seen in self.dropped if (self.home / "incoming" / seen.name).exists()]

    def _orphans(self) -> list[SeenFile]:
        office = self.office
        ours = office.ledger.in_states(IN_WORK | {State.CLAIMING})
        known = frozenset(it.document_id for it in ours)
        return [
            seen_file(self.home / place, self.home / "incoming")
            for place in office.folders.orphans(lambda: known)
        ]

    def _rows(self, *states: State) -> list[Document]:
        return list(self.office.ledger.in_states(frozenset(states)))

    # --- What happens

    @rule(content=st.sampled_from(CONTENTS))
    def drop(self, content: bytes) -> None:
        name = f"{len(self.contents)}.pdf"
        self.contents[name] = content
        self.dropped.append(self.office.drop(content, name))

    @rule()
    def take(self) -> None:
        if self.dropped:
            seen = self.dropped[0]
            self._survive(lambda ports: take_in(seen, ports))

    @rule(pick=st.integers(0, 7))
    def process(self, pick: int) -> None:
        waiting = self._rows(*IN_WORK)
        if waiting:
            document_id = waiting[pick % len(waiting)].document_id
            self._survive(lambda ports: process_document(document_id, ports))

    @rule(
        kind=st.sampled_from(KINDS),
        steps=st.integers(0, 30),
        dies_after=st.booleans(),
    )
    def drop_and_process(self, kind: str, steps: int, dies_after: bool) -> None:
        """Bytes that nobody has seen before, all the way, unless we die on it."""
        self.drop(f"{kind} of its own, number {len(self.contents)}".encode())
        while self.dropped:
            self.take()
        self.die_soon(steps, dies_after)
        self.process(-1)

    @rule(
        action=st.sampled_from(
            [it for it in Action if it is not Action.FORGET]
        ),  # it removes bytes, and has tests of its own
        pick=st.integers(0, 7),
        argument=st.sampled_from(["1", "2", "none", "R1", "R2", "record:R2"]),
        is_repeated=st.booleans(),
    )
    def ask(self, action: Action, pick: int, argument: str, is_repeated: bool) -> None:
        rows = self._rows(*AT_REST) or self._rows(*State)
        if not rows:
            return
        request = self.office.request(action, rows[pick % len(rows)].document_id, argument)
        self._survive(lambda ports: self._perform(request, ports))
        if is_repeated:
            self._survive(lambda ports: self._perform(request, ports))

    def _perform(self, request: Request, ports: Ports) -> None:
        enqueued: list[DocumentId] = []
        perform(request, ports, enqueued.append)
        for document_id in enqueued:
            process_document(document_id, ports)

    @rule(hours=st.sampled_from([1, 30]))
    def wait(self, hours: int) -> None:
        self.office.clock.advance(hours=hours)

    @rule(steps=st.integers(1, 14), dies_after=st.booleans())
    def die_soon(self, steps: int, dies_after: bool) -> None:
        self.fate.steps_left, self.fate.dies_after = steps or None, dies_after

    # --- What must hold

    @invariant()
    def each_document_is_counted_where_it_is(self) -> None:
        counted, rows = self.office.ledger.counts(), self.office.ledger.latest(1_000)
        assert counted == Counter(it.state for it in rows)

    @invariant()
    def every_accepted_document_is_where_its_row_says(self) -> None:
        accepted = self._rows(*ACCEPTED)
        assert not [it for it in accepted if it.state is State.MISSING]
        for document in accepted:
            assert document.location is not None
            assert (self.home / document.location).read_bytes() == self.contents[document.original_name]
        assert len({it.location for it in accepted}) == len(accepted)

    @invariant()
    def nothing_else_lies_around(self) -> None:
        resting = self._rows(State.ARCHIVED, State.FAILED, State.DUPLICATE)
        documents = {str(it.location) for it in self._rows(*ACCEPTED)}
        sidecars = {str(Path(str(it.location)).with_suffix(".json")) for it in resting}
        waiting = {f"incoming/{seen.name}" for seen in self.dropped}
        assert self.office.files() == documents | sidecars | waiting

    @invariant()
    def what_came_in_is_what_is_there(self) -> None:
        accepted = Counter(it.original_name for it in self._rows(*ACCEPTED))
        waiting = Counter(seen.name for seen in self.dropped)
        assert accepted + waiting == Counter(self.contents.keys())

    @invariant()
    def one_message_is_due_for_each_epoch_that_was_settled(self) -> None:
        told = Counter((it.document_id, it.epoch) for it in self.office.due())
        assert set(told.values()) <= {1}
        for document in self._rows(*AT_REST):
            assert told[document.document_id, document.epoch] == 1

    @invariant()
    def no_bytes_are_held_twice(self) -> None:
        held = Counter(it.sha256 for it in self._rows(State.ARCHIVED, State.IN_REVIEW))
        assert not held or max(held.values()) == 1

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.office.ledger.close()
            shutil.rmtree(self.home)


Conservation.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.reliability
@pytest.mark.timeout(300)
class TestConservation(Conservation.TestCase):  # type: ignore[misc, valid-type]
    """The machine, as pytest runs it."""
