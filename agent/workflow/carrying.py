"""How a document's file is carried: into the claim folder, and to where it is to rest.

Where hosts share a home, each that takes a document over gives its file a name of its own first. So who was fenced off
between two steps finds nothing under the name that it knows, and its temporary files are known by theirs.
"""

from agent import errors
from agent.core.places import next_name
from agent.core.stories import traits
from agent.domain.life import Document
from agent.ports import Ports
from agent.workflow.searchable import take_copy_away

_NAMES_TRIED = 100


def bring_home(document: Document, ports: Ports) -> str:
    """Have a document in the claim folder under the name of this take, whether it was under way or rested."""
    assert document.location is not None
    home = ports.folders.hold(document.document_id, document.take)
    if document.location == home:
        return home
    if not is_under_way(document, ports):
        assert document.sha256 is not None
        ports.journal.append("fetching", ports.clock.now(), **traits(document))
        ports.folders.remove_unfinished(home, document.earlier_tags)
        ports.folders.move(document.location, home, document.sha256, document.tag)
        take_copy_away(document, document.location, ports)
        ports.folders.remove_sidecar(document.location)
        ports.journal.append("fetched", ports.clock.now(), **traits(document))
    ports.ledger.relocate(document.document_id, home)
    return home


def carry_off(document: Document, ports: Ports) -> Document:
    """Bring the file to its target; where a stranger's file stands there, to the next free name, written down first."""
    assert document.location is not None
    assert document.sha256 is not None
    source = document.location
    if is_under_way(document, ports):
        source = ports.folders.hold(document.document_id, document.take)
    for _ in range(_NAMES_TRIED):
        assert document.target is not None
        try:
            ports.folders.move(source, document.target, document.sha256, document.tag)
        except errors.DestinationTaken:
            document = ports.ledger.retarget(document.document_id, next_name(document.target))
        else:
            return document
    raise errors.StorageUnavailable(
        "No free name was found.", hint="Look at what stands in the target's folder."
    )


def clear_away(document: Document, ports: Ports) -> None:
    """Remove what hosts that held a document before us have left half-written beside where it is to rest."""
    assert document.target is not None
    ports.folders.remove_unfinished(document.target, document.earlier_tags)


def is_under_way(document: Document, ports: Ports) -> bool:
    """Whether a row's location is in the claim folder, under the name of this take or of an earlier one."""
    takes = range(document.take + 1)
    return any(document.location == ports.folders.claimed_location(document.document_id, it) for it in takes)
