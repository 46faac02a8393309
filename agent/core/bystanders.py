"""Phrases by which a document says that the person it names so fully is not the one it is about.

A block headed "Personne à prévenir" holds a name, a birth date and a number like any other; "lien avec le patient :
mère" says the same below it. Such a document is put before a human, whomever it names: it errs on the side of asking.
"""

import itertools
from collections.abc import Iterator, Sequence

from agent.core.names import tokens
from agent.domain.evidence import Passage, Token


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tokens(phrase) for phrase in text.split(";"))


_HEADINGS = _phrases(
    "personne de confiance; personnes de confiance; personne a prevenir; personne a prevenir en cas d urgence;"
    "personnes a prevenir; personnes a prevenir en cas d urgence; personne a contacter; contact d urgence;"
    "personne a contacter en cas d urgence; representant legal; representante legale; representants legaux;"
    "heritier; heritiere; heritiers; ayants droit; ayant droit; donneur; donneuse; temoin; temoins; declarant;"
    "declarante; tuteur; tutrice; tuteur legal; curateur; responsable; responsable legal; responsables legaux;"
    "parent; parents; pere; mere; conjoint; conjointe; assure; assuree; l assure; l assuree; assure principal;"
    "assure e; adherent; souscripteur; garant; mandataire; aidant; aidante;"
    "emergency contact; emergency contacts; next of kin; parent guardian; parent guardian details; guardian;"
    "guardian details; parent details; parent or guardian; legal guardian; legal representative; heir; heirs;"
    "donor; witness; insured; insured person; policyholder; policy holder; subscriber; subscriber details; guarantor;"
    "responsible party; carer; caregiver; spouse; father; mother;"
    "الشخص الواجب الاتصال به; ولي الامر; الولي; المتبرع; الشاهد; الورثة; المؤمن له; الاب; الام"
)
"""Alone on its line, such a word heads the block below it."""

_ANYWHERE = _phrases(
    "relationship to patient; relationship to the patient; relation to patient; lien avec le patient;"
    "lien avec la patiente; lien avec l enfant; lien de parente; mon enfant; mes enfants; mon fils; ma fille;"
    "my child; my children; my son; my daughter; subscriber name; policyholder name; name of insured;"
    "name of subscriber; nom de l assure; nom de l assuree; ابني; ابنتي; صلة القرابة"
)

_BEFORE_COLON = _phrases("soins de; soins pour; dependent; dependant; ayant droit; rang du beneficiaire")
"""Labels of somebody who is not the one named above them."""

_LONGEST = {
    phrase[0]: max(len(other) for other in _ANYWHERE | _BEFORE_COLON if other[0] == phrase[0])
    for phrase in _ANYWHERE | _BEFORE_COLON
}
"""How many words a phrase has at most that begins with this one."""


def bystander_phrases(stream: Sequence[Token]) -> Iterator[Passage]:
    """Find every phrase which says that somebody else may be meant."""
    for _, line in itertools.groupby(range(len(stream)), key=lambda position: stream[position].line):
        positions = list(line)
        if tuple(stream[position].text for position in positions) in _HEADINGS:
            yield Passage(start=positions[0], end=positions[-1] + 1)
    for start in range(len(stream)):
        longest = _LONGEST.get(stream[start].text, 0)
        for end in range(start + 1, min(start + longest, len(stream)) + 1):
            words = tuple(token.text for token in stream[start:end])
            if words in _ANYWHERE or (words in _BEFORE_COLON and _is_label(stream, end)):
                yield Passage(start=start, end=end)


def _is_label(stream: Sequence[Token], end: int) -> bool:
    return end < len(stream) and ":" in stream[end].before
