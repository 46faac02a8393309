"""Which column of a table holds what: as its name says, unless somebody says otherwise.

A column that is chosen must be one of the file or table itself: an unknown one is refused, and near ones are named.
"""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence

from agent.core.identifiers import IDENTIFIERS, IdentifierKind
from agent.core.names import tokens
from agent.domain.phrase import Phrase, Value, in_a_row
from agent.errors import RegistryInvalid

REQUIRED = ("id", "last_name", "first_name")
_OPTIONAL = ("birth_name", "dob", "sex", "phone")
_PHONE = "phone"
_NEAR = 3
_HEADERS_SHOWN = 12
_HEADER_LETTERS = 30
_HEADERS = {
    "id": "id; record id; record; id dossier; n dossier; no dossier; numero dossier; numero de dossier; dossier;"
    " identifiant; id patient; patient id; code patient; n patient; ipp",
    "last_name": "last name; lastname; nom; nom de famille; surname; family name; nom usuel; nom d usage",
    "first_name": "first name; firstname; prenom; prenoms; given name; given names; forename",
    "birth_name": "birth name; nom de naissance; nom de jeune fille; maiden name; nom naissance",
    "dob": "dob; date de naissance; date naissance; ddn; naissance; birth date; birthdate; date of birth; born; ne le;"
    " ne e le; datenaissance",
    "sex": "sex; sexe; gender; genre",
    "cin": "cin; cnie; cni; carte nationale; n cin; national id; carte d identite",
    "nir": "nir; n ss; securite sociale; numero de securite sociale; n securite sociale; social security number",
    "insurance": "insurance; assurance; n assure; numero d assure; n assurance; numero assurance; insurance number;"
    " immatriculation; n immatriculation; cnss; mutuelle",
    "niss": "niss; numero national; registre national; n registre national; numero de registre national;"
    " rijksregisternummer",
    "dni": "dni; nie; dni nie; documento nacional de identidad",
    "codice_fiscale": "codice fiscale; cod fiscale; codicefiscale",
    "nhs": "nhs; nhs number; nhs no",
    "avs": "avs; n avs; numero avs; ahv; ahv nummer",
    "nif": "nif; numero de contribuinte; contribuinte",
    "phone": "phone; telephone; tel; gsm; mobile; portable; n tel; numero de telephone; phone number",
}


def chosen_column(text: str) -> tuple[str, str] | None:
    """Read a choice, such as `dob=Naissance`: a field and its column; None when it is none."""
    field, equals, column = text.partition("=")
    return (field.strip(), column.strip()) if equals and field.strip() else None


def numbers_among(kinds: Sequence[IdentifierKind]) -> tuple[IdentifierKind, ...]:
    """The kinds that a person has as identifiers; the telephone is kept apart, as it was written."""
    return tuple(kind for kind in kinds if kind.name != _PHONE)


def fields_of(kinds: Sequence[IdentifierKind] = IDENTIFIERS) -> tuple[str, ...]:
    """Everything that a column can hold of a person."""
    return (*REQUIRED, *_OPTIONAL, *(kind.name for kind in numbers_among(kinds)))


def placed(
    header: Sequence[str],
    chosen: Mapping[str, str],
    kinds: Sequence[IdentifierKind] = IDENTIFIERS,
    *,
    hint: str | Phrase = "",
) -> dict[str, int]:
    """Find where each field stands: in the column that was chosen for it, else in the first that is named like it.

    Args:
        chosen: columns by field; an empty one says that the field is in none. A chosen column is nothing else,
            but for that of the id, which may be chosen for the number that it is, too.

    Raises:
        RegistryInvalid: no such field, no such column, one column chosen twice, or a needed field is in none.
    """
    found = recognised(header, chosen, kinds, hint=hint)
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        raise RegistryInvalid(in_a_row(_missing_words(missing), _header_words(header)), hint=hint)
    return found


def _missing_words(missing: Sequence[str]) -> Phrase:
    if len(missing) == 1:
        return Phrase("The column {name} is missing.", name=missing[0])
    return Phrase(
        "The columns {names} and {last} are missing.", names=", ".join(missing[:-1]), last=missing[-1]
    )


def _is_value(name: str) -> bool:
    return any(it.isdigit() for it in name) and not any(it.isalpha() for it in name)


def _header_words(header: Sequence[str]) -> Phrase:
    """Say which columns were found, each cut; where the first line is a person's own, nothing of it is said."""
    names = [name.strip()[:_HEADER_LETTERS] for name in header if name.strip()]
    if not names:
        return Phrase("No columns were found.")
    if any(_is_value(name) for name in names):
        return Phrase("The first line does not name columns: it holds numbers or dates.")
    shown = ", ".join(names[:_HEADERS_SHOWN])
    if len(names) > _HEADERS_SHOWN:
        return Phrase("Found: {names} and {count} more.", names=shown, count=len(names) - _HEADERS_SHOWN)
    return Phrase("Found: {names}.", names=shown)


def recognised(
    header: Sequence[str],
    chosen: Mapping[str, str],
    kinds: Sequence[IdentifierKind],
    *,
    hint: str | Phrase = "",
) -> dict[str, int]:
    """Find where each field stands, as `placed` does, whether those that are needed are among them or not.

    Raises:
        RegistryInvalid: no such field, no such column, or one column chosen twice.
    """
    fields = fields_of(kinds)
    for field in chosen:
        if field not in fields:
            raise RegistryInvalid(
                with_near(
                    Phrase("'{field}' is nothing that a person has.", field=field), near_names(field, fields)
                ),
                hint=Phrase("There are: {fields}.", fields=", ".join(fields)),
            )
    found = {field: _place_of(column, header, hint) for field, column in chosen.items() if column}
    beside_id = [place for field, place in found.items() if field != "id"]
    if len(set(beside_id)) < len(beside_id):
        raise RegistryInvalid(Phrase("One column was chosen for two things."), hint=hint)
    taken = set(found.values())
    meanings = _meanings(kinds)
    for place, name in enumerate(header):
        field = meanings.get(tokens(name), "")
        if field and field not in chosen and place not in taken:
            found.setdefault(field, place)
    return {field: found[field] for field in fields if field in found}


def numbers_words(kinds: Sequence[IdentifierKind]) -> str:
    """Write which numbers are looked for in columns, and under which names: other words, another reading."""
    return json.dumps([(kind.name, kind.title) for kind in numbers_among(kinds)], ensure_ascii=False)


def _meanings(kinds: Sequence[IdentifierKind]) -> dict[tuple[str, ...], str]:
    """What a column's name says, in its words; the office's own kinds are known by their names and titles."""
    own = {tokens(words): kind.name for kind in numbers_among(kinds) for words in (kind.name, kind.title)}
    known = {tokens(words): field for field, names in _HEADERS.items() for words in names.split(";")}
    fields = set(fields_of(kinds))
    return own | {words: field for words, field in known.items() if field in fields}


def _place_of(column: str, header: Sequence[str], hint: str | Phrase) -> int:
    """Find a column by its name as it stands, else by its words."""
    for name in (column, *(it for it in header if tokens(it) == tokens(column))):
        if name in header:
            return header.index(name)
    there_is_none = Phrase("There is no column '{name}'.", name=column)
    raise RegistryInvalid(with_near(there_is_none, near_names(column, header)), hint=hint)


def with_near(sentence: Phrase, near: Sequence[str]) -> Phrase:
    """Ask behind a sentence whether one of these names was meant, if there is one."""
    if not near:
        return sentence
    first, *others = near
    meant: Value = first
    for other in others:
        meant = Phrase("{one} or {other}", one=meant, other=other)
    return in_a_row(sentence, Phrase("Did you mean {names}?", names=meant))


def near_names(word: str, known: Iterable[str]) -> list[str]:
    """The names that are most like a word, whatever their case."""
    by_folded = {name.casefold(): name for name in known if name}
    return [
        by_folded[it] for it in difflib.get_close_matches(word.casefold(), by_folded, n=_NEAR, cutoff=0.5)
    ]
