"""`dossierd lessons`: what answers may teach, to be confirmed or revoked by a human."""

from collections.abc import Sequence
from typing import Annotated

import typer

from agent import errors
from agent.cli.shared import HomeOption, JsonOption, ask, finish, open_ledger, open_registry
from agent.cli.wording import OUTLIVED, lesson_words, person_words, print_json, say, teaching_words
from agent.config import Settings, load
from agent.core.learned import is_outlived
from agent.domain.document import reference
from agent.domain.identity import Person
from agent.domain.lesson import Alias, Lesson, LessonNumber, LessonState, Unreadable
from agent.domain.life import Action

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="A lesson's number, such as 3.")]

_MEANING = {
    LessonState.PROPOSED: "Waiting for your word: is it true for every later document?",
    LessonState.ACTIVE: "Confirmed: they count, and are never enough alone",
    LessonState.REVOKED: "Revoked: they do not count",
}
_DO = {LessonState.PROPOSED: "confirm", LessonState.ACTIVE: "revoke", LessonState.REVOKED: "confirm"}

app = typer.Typer(
    help="What answers may teach: spellings of a person's name, and labels of a sender's layout.",
    invoke_without_command=True,
)


@app.callback()
def lessons(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List what answers may teach.

    A spelling of one person's name, or a label of a sender's layout. Each counts only while a human confirms it.
    """
    if context.invoked_subcommand is not None:
        return
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        every = ledger.lessons(frozenset(LessonState))
    people = _people(settings, every)
    outlived = {
        it.number
        for it in every
        if (person := people.get(it.number)) is not None and is_outlived(it.teaching, person)
    }
    if as_json:
        print_json(
            [
                {
                    "number": it.number,
                    "state": it.state,
                    "counts": it.state is LessonState.ACTIVE
                    and it.number not in outlived
                    and not isinstance(it.teaching, Unreadable),
                    "sentence": teaching_words(it.teaching),
                    "teaching": it.teaching,
                    "document": reference(it.document_id),
                    "taught_by": it.taught_by,
                    "taught_at": it.taught_at,
                    "judged_by": it.judged_by,
                    "judged_at": it.judged_at,
                }
                for it in every
            ]
        )
        return
    if not every:
        say("No answer has taught anything yet.")
    for state, meaning in _MEANING.items():
        of_state = [it for it in every if it.state is state]
        if of_state:
            say(meaning, style="bold")
        for it in of_state:
            say(lesson_words(it), indent=2, hang=2)
            if (person := people.get(it.number)) is not None:
                say(f"{person.record_id} is {person_words(person)}", indent=4)
            if it.number in outlived:
                say(f"It does not count: {OUTLIVED}.", indent=4, style="yellow")
            say(f"dossierd lessons {_DO[state]} {it.number}", indent=4)


def _people(settings: Settings, every: Sequence[Lesson]) -> dict[LessonNumber, Person | None]:
    """Whom the spellings mean, as the registry has them now."""
    with open_registry(settings) as index:
        return {
            it.number: index.person(it.teaching.record_id) for it in every if isinstance(it.teaching, Alias)
        }


@app.command()
def confirm(number: NumberArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let a lesson count for later documents.

    It is refused where a spelling may mean somebody else too.
    """
    _judge(number, Action.CONFIRM_LESSON, home, as_json)


@app.command()
def revoke(number: NumberArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let a lesson count no more.

    At any time. What was filed by it stays where it is.
    """
    _judge(number, Action.REVOKE_LESSON, home, as_json)


def _judge(number: int, action: Action, home: HomeOption, as_json: JsonOption) -> None:
    settings = load(home=home)
    with open_ledger(settings) as ledger:
        lesson = ledger.lesson(LessonNumber(number))
    if lesson is None:
        raise errors.RequestRefused(f"There is no lesson {number}.", hint="All of them: dossierd lessons")
    finish(
        ask(settings, action, reference(lesson.document_id), str(number)),
        as_json=as_json,
        person=teaching_words(lesson.teaching),
    )
