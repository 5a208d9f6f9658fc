"""Many rows at once, within what one SQL statement may carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models

# SQLite takes 999 parameters in a statement where it was built with its old limit.
_MOST = 500
_INSERT_FROM = "INSERT INTO {table} ({columns}) SELECT {selected} FROM ({query}) found"
# The others' values go to every driver as they are.
_TO_PREPARE = (models.JSONField, models.DateTimeField, models.DecimalField)


def chunks(values: Iterable[Any], size: int = _MOST) -> Iterator[list[Any]]:
    """`values` in lists of at most `size`."""
    values = list(values)
    for start in range(0, len(values), size):
        yield values[start : start + size]


def found(rows: models.QuerySet[Any], field: str, values: Iterable[Any]) -> Iterator[Any]:
    """The rows whose `field` is one of `values`, in as few statements as may be."""
    for chunk in chunks(set(values)):
        yield from rows.filter(**{f"{field}__in": chunk})


def insert(rows: Sequence[models.Model]) -> None:
    """Write new rows by one prepared statement. Their keys stay unknown: read them back where they are needed."""
    _prepared("INSERT INTO {table} ({columns}) VALUES ({places})", rows, ())


def insert_from(table: type[models.Model], names: Sequence[str], rows: models.QuerySet[Any], **same: Any) -> None:
    """Write into `table` what the query finds, in one statement: its columns, in their order, are the fields `names`.

    `same` are fields and their values that all rows get.
    """
    fields = [table._meta.get_field(name) for name in (*same, *names)]
    quote = connection.ops.quote_name
    query, params = rows.query.sql_with_params()
    statement = _INSERT_FROM.format(
        table=quote(table._meta.db_table), columns=", ".join(quote(field.column) for field in fields),
        selected=", ".join([*["%s"] * len(same), "found.*"]), query=query,
    )  # fmt: skip
    shared = [field.get_db_prep_save(same[field.name], connection) for field in fields[: len(same)]]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*shared, *params])


def grow(rows: Sequence[models.Model], *key: str) -> None:
    """Insert rows that another process may be inserting too: of two, one stands, and both know its primary key.

    `key` are the fields of a unique constraint. A row that was there already keeps what it says.
    """
    if rows:
        type(rows[0])._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=key, update_fields=key[-1:]
        )


def update(rows: Sequence[models.Model], names: Iterable[str] = ()) -> None:
    """Write `names`, or all fields, of rows that exist, by one prepared statement.

    Django's own bulk_update builds a CASE over all rows for each field: at 40 fields that outweighs the rows.
    """
    _prepared("UPDATE {table} SET {assignments} WHERE {key} = %s", rows, names)


def _prepared(template: str, rows: Sequence[models.Model], names: Iterable[str]) -> None:
    if not rows:
        return
    meta = type(rows[0])._meta
    fields = [meta.get_field(name) for name in names] or [f for f in meta.concrete_fields if not f.primary_key]
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    statement = template.format(
        table=quote(meta.db_table), key=quote(meta.pk.column), columns=", ".join(columns),
        places=", ".join(["%s"] * len(columns)), assignments=", ".join(f"{column} = %s" for column in columns),
    )  # fmt: skip
    readers = [(f.attname, f.get_db_prep_save if isinstance(f, _TO_PREPARE) else None) for f in fields]
    values = [
        [prepare(getattr(row, name), connection) if prepare else getattr(row, name) for name, prepare in readers]
        for row in rows
    ]
    if "{key}" in template:
        values = [[*prepared, row.pk] for prepared, row in zip(values, rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
