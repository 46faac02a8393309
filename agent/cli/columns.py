"""Which column of a file of people holds what, as it is said on the command line."""

from collections.abc import Sequence
from typing import Annotated

import typer

from agent import errors
from agent.adapters.registry import chosen_column
from agent.cli.shared import typed
from agent.domain.message import visible

ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="WHAT=HEADER",
        help="Which column holds what, such as dob=Naissance; may be repeated. Nothing after = leaves it out.",
    ),
]


def chosen_columns(columns: Sequence[str]) -> dict[str, str]:
    """Read what was said of columns.

    Raises:
        RequestRefused: it is no choice, or one thing is chosen twice.
    """
    chosen: dict[str, str] = {}
    for words in columns:
        choice = chosen_column(typed(words))
        if choice is None:
            raise errors.RequestRefused(
                f"--column '{visible(words)}' says nothing of a column.",
                hint='It looks like: --column dob="Né le"',
            )
        if choice[0] in chosen:
            raise errors.RequestRefused(f"--column says twice where {visible(choice[0])} is.")
        chosen[choice[0]] = choice[1]
    return chosen
