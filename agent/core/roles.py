"""Whether a name stands for a doctor, a relative, an insured or a place, and not for the one whom it is about.

A role reaches along its line up to a label of the subject, a column or a full stop, and to the line or the cell below
it where its own ends. It voids too much rather than too little: a voided name can only lead to a question.
"""

from collections.abc import Mapping

from agent.core.layout import Layout
from agent.core.names import word_set
from agent.domain.evidence import NAME_KINDS, Evidence, Mark, MarkKind

_SUBJECTS = NAME_KINDS | {MarkKind.PARTY}
_RELATED = word_set(
    "pere mere parent parents maman papa fils fille frere soeur epoux epouse conjoint conjointe mari femme veuve veuf"
    " oncle tante grand beau belle tuteur tutrice responsable representant temoin declarant garant employeur"
    " mandataire personne contact accompagnant accompagne accompagnee assure assuree adherent adherente souscripteur"
    " titulaire father mother son daughter brother sister husband wife spouse guardian next emergency insured"
    " policyholder subscriber الاب الام والد والدة والده والدته الزوج الزوجة زوج زوجة الوصي المؤمن المنخرط"
)
"""Whose birth date or number may stand on the line below their names."""
_SCOPE_ENDS = frozenset("\t|\f")
_ASIDE = frozenset({" ", ", ", " (", " - ", "\n"})


class Roles:
    """The roles that a document prints."""

    def __init__(self, evidence: Evidence, mark_at: Mapping[int, Mark]) -> None:
        self._stream = evidence.tokens
        self._mark_at = mark_at
        self._layout = Layout(evidence.tokens)
        self._roles = tuple(mark for mark in evidence.marks if mark.kind is MarkKind.ROLE)
        self._people = tuple(
            mark for mark in evidence.marks if mark.kind is MarkKind.ROLE or mark.kind in _SUBJECTS
        )
        self._below_roles = {
            self._layout.below(role.passage) for role in self._roles if self._layout.fills_cell(role.passage)
        }

    def is_void(self, start: int, end: int) -> bool:
        """Whether a name at these tokens is named in a role that is not the subject's."""
        return start in self._below_roles or any(
            self._announces(role, start, end) or self._is_apposition(role, end) for role in self._roles
        )

    def is_anothers(self, start: int) -> bool:
        """Whether a birth date or number at a token may be that of a parent, an insured, a doctor.

        The role stands before it on its line, or is the last thing that the line above says of anybody. What an unknown
        word and a colon announce by name may be in any role: `Pèe : Benoît Durand, né le 13/03/1957`.
        """
        if any(self._announces(role, start, start + 1) for role in self._roles):
            return True
        if self._is_named_by_another_label(start):
            return True
        line, above = self._line(start), None
        for mark in self._people:
            if mark.passage.start >= start:
                break
            is_label_of_line = self._line(mark.passage.start) == line and mark.kind is not MarkKind.ROLE
            if is_label_of_line or self._line(mark.passage.start) == line - 1:
                above = mark
        if above is None or above.kind is not MarkKind.ROLE:
            return False
        texts = {token.text for token in self._stream[above.passage.start : above.passage.end]}
        return not _RELATED.isdisjoint(texts)

    def _is_named_by_another_label(self, start: int) -> bool:
        named = 0
        for place in range(start - 1, self._layout.line_start(start), -1):
            if self._kind(place) in _SUBJECTS:
                return False
            named += self._stream[place].is_name_like and place not in self._mark_at
            if ":" in self._stream[place].before and place - 1 not in self._mark_at:
                return named > 1
        return False

    def _announces(self, role: Mark, start: int, end: int) -> bool:
        """Whether a role before a name reaches it: on its line, or at the end of the line above."""
        if role.is_mirrored:
            return end <= role.passage.start and self._line(end - 1) == self._line(role.passage.start)
        first = role.passage.end
        is_line_end = first == start and not self._layout.is_table_row(role.passage.start)
        if first > start or self._line(start) - self._line(first - 1) > is_line_end:
            return False
        between = range(first, start)
        return not any(self._kind(place) in _SUBJECTS for place in between) and not any(
            self._ends_scope(place, first) for place in (*between, start)
        )

    def _ends_scope(self, position: int, first: int) -> bool:
        """A column, a bar or a full stop, but not that of an abbreviation or an initial, nor one that OCR has read."""
        before = self._stream[position].before
        is_sentence_end = (
            position > first
            and before.startswith(".")
            and len(self._stream[position - 1].text) > 1
            and self._stream[position].confidence is None
        )
        return bool(_SCOPE_ENDS & set(before)) or is_sentence_end

    def _is_apposition(self, role: Mark, end: int) -> bool:
        """`Hind Zoukami, cardiologue` and `Hind Zoukami (mère)`, but not `Karim Clark, fils de Hassan`."""
        if role.is_mirrored or role.passage.start != end or self._stream[end].before not in _ASIDE:
            return False
        after = role.passage.end
        ends_line = after >= len(self._stream) or self._line(after) != self._line(end)
        if self._stream[end].before == "\n":
            return ends_line
        return ends_line or (not self._stream[after].is_name_like and ":" not in self._stream[after].before)

    def _kind(self, position: int) -> MarkKind | None:
        mark = self._mark_at.get(position)
        return mark.kind if mark else None

    def _line(self, position: int) -> int:
        return self._stream[position].line
