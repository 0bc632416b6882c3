"""The Compose file starts commands that are there, with settings that are there."""

import json
import os
import re
import socket
import subprocess
import sysconfig
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from django.urls import reverse

from tests.deploy.files import DEPLOY, is_command, pairs, readable, unknown_settings

FOLDER = DEPLOY / "compose"
ROOT = DEPLOY.parent
FILE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = FILE["services"]
WEBS = ("web-1", "web-2", "checkout-1", "checkout-2")
OURS = (*WEBS, "worker-1", "worker-2", "migrate")
TEXTS = [path for path in FOLDER.iterdir() if path.is_file()]


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_setting_is_one(path: Path) -> None:
    assert unknown_settings(path.read_text(encoding="utf-8")) == set()


def test_what_runs_is_a_command() -> None:
    assert [name for name in OURS if not is_command(SERVICES[name]["command"])] == []
    assert [SERVICES[name]["command"][0] for name in OURS] == [
        *["web"] * len(WEBS), "worker", "worker", "migrate",
    ]  # fmt: skip


def test_every_process_of_ours_is_told_the_same_and_keeps_files_where_all_look() -> None:
    told = [SERVICES[name]["environment"] for name in OURS]
    assert all(each == told[0] for each in told)
    filled = {name: re.sub(r"\$\{\w+:\?\}", "x", value) for name, value in told[0].items()}
    assert readable(filled)["SHOAL_SECRET_FILE"] == "/run/secrets/secrets.json"
    kept = {each.split(":")[1] for each in SERVICES["web-1"]["volumes"]}
    assert kept == {f"/var/lib/shoal/{name}" for name in ("media", "private", "spool")}


def test_no_process_of_ours_may_do_more_than_it_must() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in service


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert FILE["networks"]["inside"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("postgres", "vault", "nats"))


def test_no_secret_is_written_down() -> None:
    assert set(re.findall(r"(?m)PASSWORD: (.*)$", text("compose.yaml"))) <= {
        "${DATABASE_PASSWORD:?}", "${VAULT_PASSWORD:?}", """'"${NATS_PASSWORD:?}"'""",
    }  # fmt: skip
    asked = set(re.findall(r"\$\{(\w+)", text("compose.yaml")))
    assert asked == set(pairs(text(".env.example")))
    assert text(".gitignore").split() == ["/.env", "/shoal.env", "/secrets/", "/tls/"]


@pytest.mark.parametrize("password", ["12345678", "8k", "true", "1e5", "007", "dm9yIGRlbSA"])
def test_nats_takes_any_password_of_letters_and_digits(password: str, tmp_path: Path) -> None:
    told = {
        name: value.replace("${NATS_PASSWORD:?}", password)
        for name, value in SERVICES["nats"]["environment"].items()
    }
    conf = tmp_path / "nats.conf"
    conf.write_text(text("nats.conf").replace("/data", str(tmp_path)))
    with (tmp_path / "said").open("w") as said:
        nats = subprocess.Popen(
            [
                f"{sysconfig.get_path('scripts')}/nats-server", "--config", str(conf),
                "--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir", str(tmp_path),
            ],
            env=os.environ | told, stderr=said,
        )  # fmt: skip
    try:
        port = _port_of(nats, tmp_path)
        assert _knows(port, "shoal", password)
        assert not _knows(port, "shoal", "another")
        assert not _knows(port, "shoal", "$NATS_PASSWORD")
    finally:
        nats.terminate()
        nats.wait(10)


def _port_of(nats: subprocess.Popen[bytes], folder: Path) -> int:
    for _ in range(200):
        assert nats.poll() is None, (folder / "said").read_text()
        for path in folder.glob("*.ports"):
            if found := re.search(r"nats://[\d.]+:(\d+)", path.read_text()):
                return int(found[1])
        time.sleep(0.05)
    pytest.fail((folder / "said").read_text())


def _knows(port: int, user: str, password: str) -> bool:
    """Whether the NATS at a port lets in who says so."""
    who = {"user": user, "pass": password, "verbose": False}
    asking = socket.create_connection(("127.0.0.1", port), timeout=10)
    with asking, asking.makefile("rw", newline="") as spoken:
        assert spoken.readline().startswith("INFO ")
        spoken.write(f"CONNECT {json.dumps(who)}\r\nPING\r\n")
        spoken.flush()
        return spoken.readline() == "PONG\r\n"


def test_volumes_and_files_that_are_named_are_there() -> None:
    named = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert {name for name in named if not name.startswith(".")} == set(FILE["volumes"])
    assert {name for name in named if name.startswith(".")} == {
        "./nginx.conf", "./nats.conf", "./tls",
    }  # fmt: skip


def test_the_example_of_settings_can_be_read() -> None:
    assert readable(pairs(text("shoal.env.example")))


def test_the_proxy_balances_what_serves_and_keeps_no_page_by_cookie() -> None:
    conf = text("nginx.conf")
    served = re.findall(r"server ((?:web|checkout)-\d):8000 ", conf)
    assert served == list(WEBS)
    assert served == list(SERVICES["proxy"]["depends_on"])
    # One of these inside a location would drop all that the server sets: who asks, and for what.
    assert not re.search(r"(?m)^        +proxy_set_header", conf)
    (key,) = re.findall(r"proxy_cache_key (\$host\|\$request_uri.*);", conf)
    assert set(re.findall(r"\$\w+", key)) == {
        "$host", "$request_uri", "$language", "$cookie_theme", "$piece", "$packing",
    }  # fmt: skip


def test_a_crowd_that_orders_gives_way_to_everybody_else() -> None:
    (location,) = re.findall(r"(?s)location /checkout \{(.*?)\}", text("nginx.conf"))
    assert location.split() == ["proxy_pass", "http://checkout;"]
    # Her place in the line is asked for where her ticket was given.
    assert reverse("buy:place").startswith(reverse("buy:checkout"))
    assert re.search(r"(?s)upstream checkout \{\s+hash \$till", text("nginx.conf"))
    shares = {name: SERVICES[name].get("cpu_shares", 1024) for name in WEBS}
    assert shares == {"web-1": 1024, "web-2": 1024, "checkout-1": 256, "checkout-2": 256}


def test_the_image_holds_no_more_than_it_needs() -> None:
    lines = text("Containerfile")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bases = set(re.findall(r"(?m)^FROM python:(\d+)\.(\d+)-slim", lines))
    ((major, minor),) = bases
    least, below = re.findall(r"(\d+)\.(\d+)", project["requires-python"])
    assert tuple(map(int, least)) <= (int(major), int(minor)) < tuple(map(int, below))
    copied = re.findall(r"(?m)^COPY (?!--from)(\S+)", lines)
    assert all((ROOT / name).exists() for name in copied)
    let_in = {line[1:] for line in text("Containerfile.dockerignore").splitlines() if "!" in line}
    assert let_in == set(copied)


def test_the_image_installs_by_hash_and_runs_as_nobody_special() -> None:
    lines = text("Containerfile")
    locks = re.findall(r"--no-deps --require-hashes (?:-\S+ |\\\n\s+)*-r (\S+)", lines)
    assert locks == ["build.txt", "run.txt"]
    assert "--no-build-isolation -r run.txt" in lines
    users = re.findall(r"(?m)^USER (.*)$", lines)
    assert users == ["10001:10001"]
    assert lines.index("USER") > lines.rindex("RUN")
    commands = re.findall(r"python -m shoal ([a-z-]+(?: --\w+)*)", lines)
    assert all(is_command(words.split()) for words in commands)
    # The secrets that Django wanted are gone in the step that made them.
    (step,) = [part for part in lines.split("\nRUN ") if "new-secrets" in part]
    assert step.index("migrate --files") < step.index("rm -r /tmp/*")
