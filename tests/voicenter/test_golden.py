"""What leaves the house, byte for byte: each function sends exactly its golden file (PROTOCOL S1, S3 to S11)."""

from pathlib import Path

import pytest

from .asking import CASES, Recorder, answer_of, client_methods, client_over, written

GOLDEN = Path(__file__).parent.parent / "fixtures" / "voicenter" / "golden"


@pytest.mark.parametrize("name", CASES)
def test_it_sends_what_the_documents_say(name):
    recorder = Recorder(json=answer_of(name))
    with client_over(recorder) as client:
        CASES[name][0](client)
    (request,) = recorder.asked
    assert written(request) == (GOLDEN / f"{name}.http").read_bytes()


LISTS = ["monitor.extensions_calls", "monitor.queues_callers", "monitor.extensions", "agents.statuses"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_may_be_asked_for_with_the_code_in_the_address(name):
    recorder = Recorder(json=answer_of(name))
    with client_over(recorder, code_in_address=True) as client:
        CASES[name][0](client)
    (request,) = recorder.asked
    assert written(request) == (GOLDEN / f"{name}.by-get.http").read_bytes()


def test_no_function_and_no_file_is_left_out():
    named = {".".join(name.split(".")[:2]) for name in CASES}
    assert named == client_methods() - {"call_log.ask"}  # `page` asks by it
    files = {file.name for file in GOLDEN.iterdir()}
    assert files == {f"{name}.http" for name in CASES} | {f"{name}.by-get.http" for name in LISTS}
