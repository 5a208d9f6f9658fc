"""The control door: truth, faults, scenarios, and the command that serves it all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from voicenter_console.sandbox.faults import Faults

ROOT = Path(__file__).parents[2]


def test_state_names_the_account_without_its_code(client, cloud):
    state = client.get("/sandbox/state").json()
    assert (state["scenario"], state["seed"], state["pushes"]) == ("busy", 7, None)
    assert {queue["name"] for queue in state["queues"]} >= {"Service", "Sales", "Technical", "Billing", "VIP"}
    assert "Dana Lavi" in {agent["name"] for agent in state["agents"]}
    assert cloud.code not in client.get("/sandbox/state").text
    assert client.get("/sandbox/").json() == {"ok": True}


def test_truth_has_both_spellings_of_every_leg(client, cloud):
    client.post("/sandbox/advance", json={"seconds": 120})
    said = client.get("/sandbox/truth", params={"since": cloud.started.isoformat()}).json()
    legs = cloud.ended_legs(cloud.started)
    assert said["total"] == len(said["legs"]) == len(legs) > 20
    for told, leg in zip(said["legs"], legs, strict=True):
        assert told["notification"] == cloud.notification(leg)
        assert told["call_log_row"] == cloud.call_log_row(leg)
        assert told["visible_at"] > told["ended"]


def test_faults_are_set_read_and_cleared(client, cloud):
    assert client.post("/sandbox/faults", json={"slow": 0.5, "doors": ["call_log"]}).status_code == 200
    assert client.get("/sandbox/faults").json()["slow"] == 0.5
    assert not cloud.faults.at("click2call")
    for wrong in (
        {"fast": 1},
        {"slow": "very"},
        {"down": 1},
        {"window": "open"},
        {"slow": -1},
        {"cut": True},
    ):
        assert client.post("/sandbox/faults", json=wrong).status_code == 400
    assert cloud.faults.slow == 0.5
    client.delete("/sandbox/faults")
    assert cloud.faults == Faults()


def test_scenario_extensions_script_dialect_and_addresses(client, cloud):
    sip = cloud.centre.agents[0].extension.sip
    assert client.post("/sandbox/scenario", json={"name": "late"}).status_code == 200
    assert cloud.scenario.name == "late"
    assert client.post("/sandbox/extensions", json={"offline": [sip], "blocked": []}).status_code == 200
    assert (cloud.centre.offline, cloud.centre.blocked) == ({sip}, set())
    assert client.post("/sandbox/script", json={"leg1": "ANSWER", "leg2": "BUSY"}).status_code == 200
    assert cloud.scripts[0].leg2 == "BUSY"
    assert client.post("/sandbox/dialect", json={"true_epoch": True}).status_code == 200
    assert cloud.dialect.true_epoch
    assert client.post("/sandbox/trusted", json={"addresses": ["192.0.2.1"]}).status_code == 200
    assert cloud.trusted == {"192.0.2.1"}


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("scenario", {"name": "noisy"}),
        ("scenario", []),
        ("extensions", {"offline": ["nobody"]}),
        ("extensions", {"asleep": []}),
        ("script", {"leg3": "x"}),
        ("dialect", {"loud": True}),
        ("advance", {"seconds": -1}),
    ],
)
def test_wrong_orders_are_refused_in_words(client, door, body):
    answer = client.post(f"/sandbox/{door}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_no_such_door(client):
    assert client.get("/sandbox/nothing").status_code == 404
    assert client.post("/sandbox/truth").status_code == 404


def test_the_other_lists(client, cloud):
    cloud.place_call(cloud.centre.agents[0].extension.sip, "0545550118", {"var_a": "1"})
    assert client.get("/sandbox/dials").json()["dials"][0]["variables"] == {"var_a": "1"}
    assert client.get("/sandbox/pushes").json() == {"pushes": []}
    customers = client.get("/sandbox/customers").json()["customers"]
    assert len({customer["number"] for customer in customers}) == len(customers) > 600


def test_the_command_serves_pushes_and_ends_when_told(tmp_path):
    environment = os.environ | {"DEBUG": "1", "DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        sys.executable,
        "manage.py",
        "sandbox",
        "--port",
        "0",
        "--hook-url",
        "http://127.0.0.1:9/",
        "--speed",
        "60",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1]
            deadline = time.monotonic() + 20
            state = httpx.get(f"{url}sandbox/state").json()
            while not state["pushes"]["requests"] and time.monotonic() < deadline:
                time.sleep(0.1)
                state = httpx.get(f"{url}sandbox/state").json()
            assert state["pushes"]["waiting"] > 0
            assert state["speed"] == 60
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
