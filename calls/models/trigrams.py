"""SQLite's index of the numbers of calls. PostgreSQL has one of its own (`calls.search_index`)."""

from __future__ import annotations

from typing import Any

from django.db import models


class Trigrams(models.Model):
    """SQLite's full-text table over `Call.numbers`; no row is written but by its triggers."""

    call = models.BigIntegerField(primary_key=True, db_column="rowid")
    numbers = models.TextField()

    class Meta:
        managed = False
        db_table = "calls_call_trigrams"

    def __str__(self) -> str:
        return self.numbers


@models.TextField.register_lookup
class Match(models.Lookup):
    """SQLite's MATCH of a full-text table."""

    lookup_name = "match"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, of_left = self.process_lhs(compiler, connection)
        right, of_right = self.process_rhs(compiler, connection)
        return f"{left} MATCH {right}", [*of_left, *of_right]
