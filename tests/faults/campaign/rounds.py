"""Rounds of a campaign: documents are dropped, one fault or two strike, all must come to rest and be well."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Generic

from agent.errors import DossierdError
from tests.faults.campaign.blows import Kind, OfficeT
from tests.faults.campaign.holding import Broken, check, told

LEAST_SECONDS, MOST_SECONDS = 0.2, 3.0
"""How long faults last once all of a round are on."""
TWO_AT_ONCE = 0.4
"""The share of rounds in which two strike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What happened in one round."""

    number: int
    kinds: tuple[str, ...]
    said: tuple[str, ...]
    documents: int
    rest_seconds: float

    def __str__(self) -> str:
        struck = "; ".join(f"{kind}: {said}" for kind, said in zip(self.kinds, self.said, strict=True))
        return (
            f"{self.number:4}  {struck}; {self.documents} documents at rest after {self.rest_seconds:.1f} s"
        )


@dataclass
class Campaign(Generic[OfficeT]):
    """The rounds of one office.

    Attributes:
        kinds: what can strike it, in the order in which those of one round do.
        repeats: messages that were delivered twice until now.
    """

    office: OfficeT
    say: Callable[[str], None]
    kinds: Mapping[str, Kind[OfficeT]]
    rounds: list[Round] = field(default_factory=list)
    repeats: int = 0

    def begin(self) -> None:
        self.office.begin()

    def last(self, seconds: float, kinds: Sequence[str]) -> None:
        """Play rounds, each of the kinds once before one comes again, until the time is over.

        Raises:
            Broken: see `play`.
        """
        end, coming = time.monotonic() + seconds, list[str]()
        while time.monotonic() < end:
            if not coming:
                coming = list(kinds)
                self.office.chance.shuffle(coming)
            first = coming.pop()
            others = [it for it in kinds if self.kinds[it].place != self.kinds[first].place]
            two = others and self.office.chance.random() < TWO_AT_ONCE
            self.play([first, self.office.chance.choice(others)] if two else [first])

    def play(self, chosen: Sequence[str], *, most_seconds: float = MOST_SECONDS, most: int = 4) -> None:
        """Play one round.

        Args:
            most_seconds: so long the faults last at most, once all are on.
            most: so many documents are dropped at most before they strike, and while they last.

        Raises:
            Broken: something that must hold doesn't, or the daemon didn't come to rest.
        """
        kinds = tuple(sorted(chosen, key=list(self.kinds).index))
        office, before = self.office, len(self.office.dropped)
        said: list[str] = []
        try:
            office.keeps_places = not {"replaced", "killed"} <= set(kinds)
            office.answer_all()
            office.drop_some(office.chance.randint(1, most))
            with ExitStack() as struck:
                said.extend(struck.enter_context(self.kinds[kind].strike(office)) for kind in kinds)
                office.drop_some(office.chance.randint(1, most))
                office.hold(LEAST_SECONDS, most_seconds)
            if "killed" in kinds:
                office.come_up()
            seconds = office.rest()
            self.repeats = check(
                office,
                may_repeat=any(self.kinds[kind].may_repeat for kind in kinds),
                repeats_before=self.repeats,
            )
        except (AssertionError, DossierdError, OSError, Broken) as error:
            done = "; ".join(f"{kind}: {it}" for kind, it in zip(kinds, said, strict=False)) or ", ".join(
                kinds
            )
            raise Broken(f"round {len(self.rounds) + 1} ({done}): {told(error)}") from error
        documents = len(office.dropped) - before
        self.rounds.append(
            Round(
                number=len(self.rounds) + 1,
                kinds=kinds,
                said=tuple(said),
                documents=documents,
                rest_seconds=seconds,
            )
        )
        self.say(str(self.rounds[-1]))

    def finish(self) -> None:
        """Stop as systemd does; all must hold then, too.

        Raises:
            Broken: it doesn't end in time, or not with 0.
        """
        try:
            self.office.stop()
            self.office.world.check(self.office.dropped)
        except Exception as error:
            raise Broken(f"at the stop: {error}") from error

    def table(self) -> list[str]:
        """What each kind has done, a line each."""
        struck = Counter(kind for it in self.rounds for kind in it.kinds)
        lines = [f"{'fault':<12}{'rounds':>8}{'documents':>11}{'longest rest':>15}"]
        for kind in self.kinds:
            if struck[kind]:
                mine = [it for it in self.rounds if kind in it.kinds]
                documents, longest = sum(it.documents for it in mine), max(it.rest_seconds for it in mine)
                lines.append(f"{kind:<12}{struck[kind]:>8}{documents:>11}{longest:>13.1f} s")
        lines.append(
            f"{len(self.rounds)} rounds, {len(self.office.dropped)} documents, "
            f"{self.office.refusals} writes refused on order, {self.repeats} messages delivered twice"
        )
        return lines
