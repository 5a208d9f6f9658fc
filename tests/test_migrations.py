"""Steps of migrations of our own. That the migrations and the models agree is for `make lint`."""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
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


OURS = ("voicenter_console.", "calls.", "ivr.", "dialer.")
# Tables that grow with every call: no step of a migration may copy them, or keep writers out until it has read them.
GROWING = {"delivery", "cdr", "cdrrecord", "call"}
# (app, migration) that takes away what no release writes any more since the one before.
TAKES_AWAY: set[tuple[str, str]] = set()


def not_beside_old_code(step: Operation, app: str, before: ProjectState) -> str:
    """Why the code of the release before cannot go on writing while or after this step; '' where it can (F-12)."""
    if isinstance(step, migrations.AddField):
        if step.model_name_lower in GROWING and not step.field.null:
            return "a column that is not null copies the table on SQLite"
        if not (step.field.null or step.field.many_to_many or step.field.has_db_default()):
            return "old code does not fill the column"
    elif isinstance(step, migrations.AlterField):
        old = before.models[app, step.model_name_lower].get_field(step.name)
        if (_column(old), old.null) != (_column(step.field), step.field.null):
            return "the column is made anew"
    elif isinstance(step, (migrations.AddIndex, migrations.AddConstraint)) and step.model_name_lower in GROWING:
        return "writers wait until the whole table was read: AddIndexConcurrently"
    elif isinstance(
        step, (migrations.RemoveField, migrations.RenameField, migrations.DeleteModel, migrations.RenameModel)
    ):
        return "old code still uses it"
    return ""


def _column(field: models.Field) -> str | None:
    field.set_attributes_from_name("any")
    return field.db_parameters(connection)["type"] if not field.is_relation else type(field).__name__


@pytest.mark.fault("F-12")
def test_no_migration_is_in_the_way_of_the_release_before_it():
    loader = MigrationLoader(connection)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if migration.initial or not migration.__module__.startswith(OURS):
            continue
        state = loader.project_state([parent.key for parent in loader.graph.node_map[app, name].parents])
        for step in migration.operations:
            wrong = not_beside_old_code(step, app, state)
            assert not wrong or (app, name) in TAKES_AWAY, f"{app}.{name}: {step.describe()}: {wrong}"
            step.state_forwards(app, state)


_TEXT = models.CharField(max_length=9)


@pytest.mark.fault("F-12")
@pytest.mark.parametrize(
    "step",
    [
        migrations.AddField("delivery", "more", models.CharField(max_length=9, db_default="")),
        migrations.AddField("drift", "more", _TEXT),
        migrations.AlterField("drift", "word", models.CharField(max_length=200)),
        migrations.AddIndex("delivery", models.Index(fields=["address"], name="by_address")),
        migrations.RemoveField("drift", "times"),
        migrations.RenameField("drift", "times", "count"),
        migrations.DeleteModel("drift"),
    ],
    ids=lambda step: step.describe(),
)
def test_what_old_code_cannot_go_on_with_is_found(step):
    assert not_beside_old_code(step, "webhooks", MigrationLoader(connection).project_state())


@pytest.mark.fault("F-12")
@pytest.mark.parametrize(
    "step",
    [
        migrations.AddField("delivery", "more", models.CharField(max_length=9, null=True)),
        migrations.AddField("drift", "more", models.CharField(max_length=9, db_default="")),
        migrations.AlterField("drift", "word", models.CharField("another label", max_length=100)),
        CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
    ],
    ids=lambda step: step.describe(),
)
def test_what_old_code_can_go_on_with_may_be_done(step):
    assert not not_beside_old_code(step, "webhooks", MigrationLoader(connection).project_state())
