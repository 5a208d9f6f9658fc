"""The embedded broker under kills: what a dead process left half written harms no worker (ADR 1, ADR 2)."""

from __future__ import annotations

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from voicenter_console.celery import app

pytestmark = pytest.mark.fault("F-02")


@pytest.fixture
def channel(tmp_path: Path):
    folders = {"data_folder_in": tmp_path, "data_folder_out": tmp_path, "control_folder": tmp_path / "control"}
    assert app.main == "voicenter_console"  # which names the transport
    with Connection("embedded://", transport_options=folders) as connection:
        yield connection.default_channel


def test_a_message_comes_whole_and_once(channel, tmp_path):
    channel._put("celery", {"body": "first"})
    channel._put("celery", {"body": "second"})
    channel._put("other", {"body": "third"})

    assert channel._get("celery") == {"body": "first"}
    assert channel._get("celery") == {"body": "second"}
    with pytest.raises(Empty):
        channel._get("celery")
    assert [path.suffixes for path in tmp_path.iterdir() if path.is_file()] == [[".other", ".msg"]]


def test_half_a_message_is_dropped_and_the_next_one_read(channel, tmp_path):
    (tmp_path / "1_killed.celery.msg").write_bytes(b"")
    (tmp_path / "2_killed.celery.msg").write_bytes(b'{"body": ')
    (tmp_path / "3_writing.celery.writing").write_bytes(b'{"body": ')
    channel._put("celery", {"body": "whole"})

    assert channel._get("celery") == {"body": "whole"}


def test_a_half_written_table_of_queues_is_written_anew(channel, tmp_path):
    channel._queue_bind("celery", "celery", "", "celery")
    (tmp_path / "control" / "celery.exchange").write_bytes(b"")

    assert channel.get_table("celery") == []
    channel._queue_bind("celery", "celery", "", "celery")
    assert [row.queue for row in channel.get_table("celery")] == ["celery"]
