"""`dossierd eval`: decide documents whose truth is known, and say how often the rules would be wrong, or ask.

It works on copies in a folder of its own, which is gone afterwards; of the home it reads the settings alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer

from agent import errors
from agent.adapters.registry import RegistryIndex, read_csv
from agent.adapters.registry.csv_source import CsvPeople
from agent.app import refuse_root, rules_of
from agent.cli.columns import ColumnOption, chosen_columns
from agent.cli.scratch import throwaway
from agent.cli.shared import HomeOption, JsonOption
from agent.cli.wording import err, print_json, say, say_table, table
from agent.config import Settings, load
from agent.domain.decision import Policy
from agent.domain.message import visible
from agent.evaluation.documents import Given, GivenFile, documents_at
from agent.evaluation.reading import Judge
from agent.evaluation.scoring import (
    FalseMatch,
    NotFiled,
    Prediction,
    Score,
    Share,
    Truth,
    prediction_of,
    read_truth,
    score,
    truth_about,
)
from agent.readers import build_reader

DOCUMENTS_SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command("eval")(evaluate)


def evaluate(
    registry: Annotated[Path, typer.Option(help="The people, as a CSV file like that of `registry import`.")],
    documents: Annotated[
        Path, typer.Option(help="A folder of PDFs, pictures or .txt files, or a file of JSON lines.")
    ],
    truth: Annotated[
        Path | None,
        typer.Option(help="JSON lines that say whose each document is; without it nothing is scored."),
    ] = None,
    column: ColumnOption = None,
    policy: Annotated[
        Policy | None, typer.Option(help="What a match must rest on. Default: DOSSIERD_POLICY.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what was decided of each document into this file.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try the rules on documents whose truth is known. Nothing is filed, and nobody is asked.

    Exit code 1 says that a document would have been filed under a wrong person, or by luck;
    2 that a file can't be used.
    """
    settings = load(home=home)
    if policy is not None:
        settings = settings.model_copy(update={"policy": policy})
    given = documents_at(documents)
    known = None if truth is None else _truth(truth, settings.policy, given)
    people = _people(registry, column or [], settings)
    with _output(predictions) as output, throwaway("dossierd-eval-") as folder:
        index = RegistryIndex(folder / "registry.sqlite")
        try:
            index.replace(people)
            decided = list(_decided(given, settings, index, folder, output))
        finally:
            index.close()
    if known is None:
        _tell_unscored(decided, as_json=as_json)
        return
    result = score(decided, known)
    if as_json:
        print_json(_told(result, settings.policy))
    else:
        _tell(result, settings.policy)
    raise typer.Exit(1 if result.false_matches else 0)


def _people(path: Path, columns: Sequence[str], settings: Settings) -> CsvPeople:
    """Read the people.

    Raises:
        EvaluationInvalid: they can't be taken in. A refusal's own exit code would look like a false match.
    """
    try:
        return read_csv(path, chosen_columns(columns), settings.vocabulary.kinds).people
    except errors.RegistryInvalid as error:
        raise errors.EvaluationInvalid(error.sentence, problems=error.problems, hint=error.hint) from error
    except errors.RequestRefused as error:
        raise errors.EvaluationInvalid(error.sentence, hint=error.hint) from error


def _truth(path: Path, policy: Policy, given: Sequence[Given]) -> Mapping[str, Truth]:
    """Read the truth.

    Raises:
        EvaluationInvalid: it knows none of the documents: a score of nothing would look like a good one.
    """
    known = read_truth(path, policy)
    if not any(truth_about(one.name, known) for one in given):
        raise errors.EvaluationInvalid(
            f"{visible(str(path))} knows none of the documents.",
            hint="A document's name is its file's without the ending, or the `doc` of its line.",
        )
    return known


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO | None]:
    """The file that predictions are written into.

    Raises:
        EvaluationInvalid: it can't be written.
    """
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise errors.EvaluationInvalid(
            f"{visible(str(path))} can't be written ({error.strerror}).", hint="Choose another file."
        ) from error
    with file:
        yield file


def _decided(
    given: Sequence[Given], settings: Settings, index: RegistryIndex, folder: Path, output: TextIO | None
) -> Iterator[Prediction]:
    """Decide each document, and write down what was decided as soon as it is."""
    reader = build_reader(settings.in_home(folder))
    judge = Judge(text_source=reader, registry=index, rules=rules_of(settings))
    try:
        if any(isinstance(one, GivenFile) for one in given):
            refuse_root(settings)
            reader.start()
        for one in _watched(given):
            prediction = prediction_of(one.name, judge.decide(one))
            if output is not None:
                output.write(json.dumps(asdict(prediction), ensure_ascii=False) + "\n")
            yield prediction
    finally:
        reader.close()


def _watched(given: Sequence[Given]) -> Iterable[Given]:
    """Show how far it is where a person is looking."""
    if not err.is_terminal:
        return given
    from rich.progress import track  # every daemon would hold it

    return track(given, "Deciding", console=err, transient=True)


def _tell_unscored(decided: Sequence[Prediction], *, as_json: bool) -> None:
    matched = sum(one.id is not None for one in decided)
    if as_json:
        print_json({"documents": len(decided), "matched": matched, "asked": len(decided) - matched})
    else:
        say(
            f"{len(decided)} documents: {matched} would be filed by themselves, {len(decided) - matched} asked about. "
            "Without --truth nobody can say whether that is right."
        )


def _told(result: Score, policy: Policy) -> dict[str, object]:
    """The score for programs."""
    return {
        "policy": policy,
        "documents": result.documents,
        "false_matches": [asdict(one) | {"is_by_luck": one.is_by_luck} for one in result.false_matches],
        "automatic": asdict(result.automatic),
        "not_filed": [asdict(one) for one in result.not_filed],
        "by_class": {kind: asdict(share) for kind, share in result.by_class.items()},
        "either": asdict(result.either),
        "to_ask": asdict(result.to_ask),
        "shown": asdict(result.shown),
    }


def _tell(result: Score, policy: Policy) -> None:
    listing = table("class", "filed by itself", "of", "")
    for column in listing.columns[1:]:
        column.justify = "right"
    for kind, share in result.by_class.items():
        listing.add_row(visible(kind), str(share.count), str(share.of), f"{share.percent:.1f} %")
    if result.by_class:
        say_table(listing)
    _say_cut([_false_words(one) for one in result.false_matches], "false matches", style="bold red")
    _say_cut([_not_filed_words(one) for one in result.not_filed], "not filed")
    say(f"{result.documents} documents under the policy {policy}:")
    for line in _counts(result):
        say(line, indent=2)


def _say_cut(lines: Sequence[str], what: str, *, style: str = "") -> None:
    for line in lines[:DOCUMENTS_SHOWN]:
        say(line, style=style)
    if len(lines) > DOCUMENTS_SHOWN:
        say(f"... and {len(lines) - DOCUMENTS_SHOWN} more {what}; --json has all")


def _false_words(one: FalseMatch) -> str:
    right = (
        "the right person, but by luck: a human was to be asked"
        if one.is_by_luck
        else f"right is {one.true_id or 'nobody'}"
    )
    return f"FALSE MATCH: {one.doc} ({one.kind}) under record {one.id}; {right}"


def _not_filed_words(one: NotFiled) -> str:
    return f"NOT FILED: {one.doc} ({one.kind}) is {one.decision}; it must be filed under record {one.true_id}"


def _counts(result: Score) -> Iterator[str]:
    """What became of all documents, a line for each thing that may be expected of one."""
    lucky = sum(one.is_by_luck for one in result.false_matches)
    told_apart = (
        f": {len(result.false_matches) - lucky} under somebody else, {lucky} under the right person by luck"
        if lucky
        else ""
    )
    many = len(result.false_matches)
    yield f"{many} false match{'' if many == 1 else 'es'}{told_apart}"
    yield _share_words(result.automatic, "filed by themselves that must be")
    if result.either.of:
        yield _share_words(result.either, "filed by themselves that may be, or be asked about")
    yield _share_words(result.to_ask, "left to a human that must be")
    yield _share_words(result.shown, "asked about with the right person among those shown")


def _share_words(share: Share, what: str) -> str:
    return f"{share.count} of {share.of} {what}: {share.percent:.1f} %"
