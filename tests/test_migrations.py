"""Steps of migrations of our own. That the migrations and the models agree is for `make lint`."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from voicenter_console.migration_operations import CreateModels

pytestmark = pytest.mark.django_db(transaction=True)


def _model(name: str, other: str) -> CreateModel:
    pointer = models.ForeignKey(f"pairs.{other}", models.CASCADE, null=True, related_name="+")
    return CreateModel(name, [("id", models.BigAutoField(primary_key=True)), ("other", pointer)])


def _tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("pairs_")}


def test_models_that_point_at_each_other_are_made_in_one_step_and_unmade():
    step = CreateModels([_model("Left", "right"), _model("Right", "left")])
    before, after = ProjectState(), ProjectState()
    after.apps.get_models()  # a state that had its classes before the step
    step.state_forwards("pairs", after)

    with connection.schema_editor() as editor:
        step.database_forwards("pairs", editor, before, after)
    assert _tables() == {"pairs_left", "pairs_right"}
    left, right = (after.apps.get_model("pairs", name) for name in ("Left", "Right"))
    assert left.objects.create(other=right.objects.create()).other.other is None

    with connection.schema_editor() as editor:
        step.database_backwards("pairs", editor, after, before)
    assert not _tables()


def test_a_migration_can_hold_the_step():
    step = CreateModels([_model("Left", "right"), _model("Right", "left")])
    text, imports = OperationWriter(step, indentation=0).serialize()
    assert "import voicenter_console.migration_operations" in imports
    assert text.count("migrations.CreateModel(") == 2
