"""A registry in memory. It passes the same contract suite as the real index."""

from collections.abc import Collection, Sequence

from agent.adapters.registry.query import query_of, typed_query
from agent.adapters.registry.rows import person_pairs
from agent.core.identifiers import BY_NAME
from agent.core.names import name_keys
from agent.core.nearness import likeness, sought_in
from agent.domain.evidence import Evidence
from agent.domain.identity import People, Person, RecordId


class FakeRegistry:
    """These people, and no file."""

    def __init__(self, people: Sequence[Person] = ()) -> None:
        self._people = {person.record_id: person for person in people}
        self._version = 1 if people else 0

    def put(self, people: Sequence[Person]) -> None:
        """Take these people in place of the known ones."""
        self._people = {person.record_id: person for person in people}
        self._version += 1

    def version(self) -> int:
        return self._version

    def count(self) -> int:
        return len(self._people)

    def candidates(self, evidence: Evidence) -> People:
        query = query_of(evidence)
        dates = set(query.dates)
        people = sorted(self._people.values(), key=lambda person: person.record_id)
        touched = [
            person
            for person in people
            if any(query.keys.issuperset(pair) for pair in person_pairs(person))
            or _numbers(person) & query.numbers
            or (person.birth_date is not None and person.birth_date.isoformat() in dates)
        ]
        printed = [person for person in touched if any(map(query.keys.issuperset, name_keys(person)))]
        pairs = {pair for person in printed for pair in person_pairs(person)}
        named = tuple(person for person in people if person in touched or person_pairs(person) & pairs)
        return People(named=named, is_trustworthy=bool(self._people), version=self._version)

    def proposals(self, evidence: Evidence, limit: int) -> Sequence[Person]:
        sought = sought_in(evidence)
        likenesses = ((likeness(sought, person), person) for person in self._people.values())
        near = [(like.points, person) for like, person in likenesses if like is not None]
        near.sort(key=lambda one: (-one[0], one[1].record_id))
        return [person for _, person in near[:limit]]

    def person(self, record_id: RecordId) -> Person | None:
        return self._people.get(record_id)

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        typed = typed_query(words)
        is_anything = typed.names or typed.numbers or typed.dates or typed.years
        found = [
            person
            for person in self._people.values()
            if person.record_id in {typed.record, typed.record.upper()}
            or (
                is_anything
                and all(
                    any(key.startswith(name) for keys in name_keys(person) for key in keys)
                    for name in typed.names
                )
                and {*_numbers(person), person.record_id} >= set(typed.numbers)
                and (not typed.dates or str(person.birth_date) in typed.dates)
                and all(
                    year in {*_numbers(person), person.record_id, str(person.birth_date)[:4]}
                    for year in typed.years
                )
            )
        ]
        found.sort(
            key=lambda one: (
                not typed.is_record(one),
                -typed.closeness(one),
                one.last_name,
                one.first_name,
                one.record_id,
            )
        )
        return found[:limit]

    def find_among(self, words: str, record_ids: Collection[RecordId]) -> frozenset[RecordId]:
        found = self.find(words, len(self._people))
        return frozenset(person.record_id for person in found if person.record_id in record_ids)


def _numbers(person: Person) -> set[str]:
    phone = BY_NAME["phone"].normalise(person.phone or "")
    return {identifier.value for identifier in person.identifiers} | ({phone} - {""})
