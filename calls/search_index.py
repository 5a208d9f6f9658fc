"""What each database finds numbers and names by (TARGETS P7), as statements: Django has no word for them.

PostgreSQL: trigrams over numbers and names in one index. SQLite: an FTS5 table of trigrams over the numbers, which
triggers keep. Both serve any part of a number from three digits on, endings and middles alike.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from calls.models import Trigrams

_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # The search field of the call log. Names are compared as Django's icontains does.
    "CREATE INDEX call_text ON calls_call USING gin (numbers gin_trgm_ops, "
    "upper(agent_name::text) gin_trgm_ops, upper(queue_name::text) gin_trgm_ops)",
    # The filter by custom data; most legs have none.
    "CREATE INDEX cdr_custom_data ON calls_cdr USING gin (custom_data jsonb_path_ops)",
)
_TRIGGERS = (
    "CREATE TRIGGER IF NOT EXISTS call_trigrams_in AFTER INSERT ON calls_call BEGIN "
    "INSERT INTO calls_call_trigrams(rowid, numbers) VALUES (new.id, new.numbers); END",
    "CREATE TRIGGER IF NOT EXISTS call_trigrams_out AFTER DELETE ON calls_call BEGIN INSERT INTO "
    "calls_call_trigrams(calls_call_trigrams, rowid, numbers) VALUES ('delete', old.id, old.numbers); END",
    "CREATE TRIGGER IF NOT EXISTS call_trigrams_on AFTER UPDATE OF numbers ON calls_call "
    "WHEN old.numbers IS NOT new.numbers BEGIN INSERT INTO "
    "calls_call_trigrams(calls_call_trigrams, rowid, numbers) VALUES ('delete', old.id, old.numbers); "
    "INSERT INTO calls_call_trigrams(rowid, numbers) VALUES (new.id, new.numbers); END",
)
_SQLITE = (
    "CREATE VIRTUAL TABLE calls_call_trigrams USING fts5"
    "(numbers, content='calls_call', content_rowid='id', tokenize='trigram', columnsize=0)",
    "INSERT INTO calls_call_trigrams(calls_call_trigrams) VALUES ('rebuild')",
    *_TRIGGERS,
)
_UNDO_SQLITE = (
    "DROP TRIGGER IF EXISTS call_trigrams_in",
    "DROP TRIGGER IF EXISTS call_trigrams_out",
    "DROP TRIGGER IF EXISTS call_trigrams_on",
    "DROP TABLE calls_call_trigrams",
)


def index(apps: Any, schema_editor: Any) -> None:
    """Make what this database finds numbers by; a migration's step."""
    for statement in _SQLITE if schema_editor.connection.vendor == "sqlite" else _POSTGRESQL:
        schema_editor.execute(statement)


def unindex(apps: Any, schema_editor: Any) -> None:
    """Undo `index`. The extension stays: it may be somebody else's."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in _UNDO_SQLITE:
            schema_editor.execute(statement)
    else:
        schema_editor.execute("DROP INDEX call_text")
        schema_editor.execute("DROP INDEX cdr_custom_data")


def keep_triggers(sender: Any, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """After migrations: where Django made SQLite's table anew, its triggers went with the old one."""
    link = connections[using]
    if link.vendor == "sqlite" and Trigrams._meta.db_table in link.introspection.table_names():
        with link.cursor() as cursor:
            for statement in _TRIGGERS:
                cursor.execute(statement)
