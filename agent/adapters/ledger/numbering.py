"""The numbers of documents: the database counts them by itself, and forgets what an earlier ledger had given."""

from sqlalchemy import Connection, text

_SEQUENCE_ABOVE = text(
    "SELECT setval('documents_document_id_seq', :highest) FROM documents_document_id_seq "
    "WHERE :highest > CASE WHEN is_called THEN last_value ELSE 0 END"
)


def go_on_above(connection: Connection, highest: int) -> None:
    """Let numbers go on above one, inside the caller's transaction; they never go back."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SEQUENCE_ABOVE, {"highest": highest})
        return
    given = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'documents'")).scalar()
    if given is None and highest:
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES ('documents', :highest)"),
            {"highest": highest},
        )
    elif given is not None and given < highest:
        connection.execute(
            text("UPDATE sqlite_sequence SET seq = :highest WHERE name = 'documents'"),
            {"highest": highest},
        )
