"""A letter: its lines, which of them tell whom it is about, and what the truth is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Expect = Literal["MATCH", "EITHER", "HUMAN", "NONE"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line; one that tells holds a label, a name, a date of birth, a number or a role."""

    text: str
    tells: bool = True


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A document with its truth.

    Attributes:
        expect: MATCH must be filed by itself under `true_id`, EITHER may be, HUMAN and NONE must not.
        true_id: whom it is about; None where nobody of the registry is.
        must_show: whom a human must be able to choose from.
        expect_name: the same under the policy `name`; None for the same.
    """

    lines: tuple[Line, ...]
    expect: Expect
    true_id: str | None
    must_show: tuple[str, ...] = ()
    expect_name: Expect | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(kw_only=True)
class Page:
    """A page in the making."""

    lines: list[Line] = field(default_factory=list)

    def tell(self, *texts: str) -> "Page":
        self.lines += [Line(text=text) for text in texts]
        return self

    def add(self, texts: Iterable[str]) -> "Page":
        self.lines += [Line(text=text, tells=False) for text in texts]
        return self

    def gap(self) -> "Page":
        return self.add([""])


def joined(pages: Sequence[Page]) -> tuple[Line, ...]:
    """Several pages as one document: a form feed opens each further one."""
    first, *others = pages
    lines = list(first.lines)
    for page in others:
        head, *rest = page.lines
        lines += [Line(text="\f" + head.text, tells=head.tells), *rest]
    return tuple(lines)
