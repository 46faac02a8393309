"""A whole letter around the lines that matter."""

from collections.abc import Sequence

from tests.generator.letters import Expect, Letter, Page, joined
from tests.generator.town import Resident, Town
from tests.generator.wording import Pen


def page(town: Town, pen: Pen, *blocks: Sequence[str], doctor: str | None = None) -> Page:
    """A letterhead, the blocks, some prose, and a doctor's name at the foot or not."""
    if doctor is None and pen.maybe(0.6):
        doctor = pen.name(town.stranger())
    made = Page().tell(*pen.head(doctor if pen.maybe(0.7) else None)).gap()
    for block in blocks:
        made.tell(*block)
        if pen.maybe(0.4):
            made.gap()
    return made.gap().add(pen.prose()).gap().tell(*pen.foot(doctor if pen.maybe(0.7) else None))


def letter(
    town: Town,
    pen: Pen,
    *blocks: Sequence[str],
    expect: Expect,
    about: Resident | None,
    show: Sequence[Resident] = (),
    doctor: str | None = None,
    expect_name: Expect | None = None,
) -> Letter:
    """One page about somebody, or about nobody whom the registry knows."""
    return Letter(
        lines=joined([page(town, pen, *blocks, doctor=doctor)]),
        expect=expect,
        true_id=about.id if about else None,
        must_show=tuple(one.id for one in show),
        expect_name=expect_name,
    )
