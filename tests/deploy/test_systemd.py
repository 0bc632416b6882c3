"""The units say what systemd understands, and start commands that are there."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, is_command, pairs, readable, unknown_settings

FOLDER = DEPLOY / "systemd"
PYTHON = "/opt/shoal/.venv/bin/python"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
INSTANCES = {"shoal-web@.service": "8000", "shoal-worker@.service": "1"}
# Whatever may be had without giving anything up: each service has all of it.
HARDENING = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
    "PrivateTmp": "yes", "PrivateDevices": "yes", "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "yes", "SystemCallFilter": "@system-service", "User": "shoal",
}  # fmt: skip


class Unit(dict[str, dict[str, list[str]]]):
    """A unit by section and name; what is given several times is a list."""

    def __init__(self, text: str) -> None:
        section = ""
        for line in text.splitlines():
            if found := re.fullmatch(r"\[(\w+)\]", line):
                section = found[1]
                self[section] = {}
            elif "=" in line and not line.startswith("#"):
                name, value = line.split("=", 1)
                self[section].setdefault(name, []).append(value)


def unit(name: str) -> Unit:
    return Unit((FOLDER / name).read_text(encoding="utf-8"))


def test_there_is_one_for_each_part() -> None:
    assert {"shoal-migrate.service", *INSTANCES} == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_command_with_settings_that_are_there(name: str) -> None:
    service = unit(name)["Service"]
    (line,) = service["ExecStart"]
    (command,) = re.findall(rf"{PYTHON} -m shoal ([a-z]+(?: --\w+)*)", line)
    assert is_command(command.split())
    assert unknown_settings((FOLDER / name).read_text()) == set()
    given = " ".join(service["Environment"])
    assert "SHOAL_DATA=/var/lib/shoal" in given
    assert "SHOAL_SECRET_FILE=%d/secrets.json" in given
    assert service["LoadCredential"] == ["secrets.json:/etc/shoal/secrets.json"]
    assert service["StateDirectory"] == ["shoal"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = unit(name)["Service"]
    assert {key: service.get(key) for key in HARDENING} == {
        key: [value] for key, value in HARDENING.items()
    }


@pytest.mark.parametrize("name", sorted(INSTANCES))
def test_what_serves_comes_after_the_database_is_at_its_version(name: str) -> None:
    described = unit(name)
    assert described["Unit"]["Requires"] == ["shoal-migrate.service"]
    assert "shoal-migrate.service" in described["Unit"]["After"][0].split()
    assert described["Unit"]["PartOf"] == ["shoal.target"]
    assert described["Install"]["WantedBy"] == ["shoal.target"]
    assert described["Service"]["Restart"] == ["always"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_tried_so_often_that_it_is_given_up(name: str) -> None:
    assert unit(name)["Unit"]["StartLimitIntervalSec"] == ["0"]


def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """What is required and fails takes down whoever requires it, even if it is done later."""
    described = unit("shoal-migrate.service")
    (line,) = described["Service"]["ExecStart"]
    assert described["Service"]["TimeoutStartSec"] == ["infinity"]
    assert described["Unit"]["PartOf"] == ["shoal.target"]
    # What waits for it is not what the machine's start waits for.
    assert unit("shoal.target")["Unit"]["DefaultDependencies"] == ["no"]
    program, tried = tmp_path / "python", tmp_path / "tried"
    program.write_text(f'#!/bin/sh\necho "$*" >>{tried}\n[ "$(wc -l <{tried})" -ge 3 ]\n')
    program.chmod(0o755)
    line = line.replace(PYTHON, str(program)).replace("sleep 5", "sleep 0")
    assert subprocess.run(shlex.split(line), check=False, timeout=60).returncode == 0
    assert tried.read_text() == "-m shoal migrate --quiet\n" * 3


def test_the_example_of_settings_can_be_read() -> None:
    text = (FOLDER / "shoal.env.example").read_text(encoding="utf-8")
    assert unknown_settings(text) == set()
    assert len(readable(pairs(text))) > 10


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_them(tmp_path: Path) -> None:
    names = ["shoal.target"]
    shutil.copy(FOLDER / "shoal.target", tmp_path)
    for name in SERVICES:
        text = (FOLDER / name).read_text(encoding="utf-8").replace(PYTHON, sys.executable)
        names.append(name.replace("@", f"@{INSTANCES.get(name, '')}"))
        for each in {name, names[-1]}:
            (tmp_path / each).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "shoal" in line]
    assert said == []
