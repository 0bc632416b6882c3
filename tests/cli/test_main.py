"""The command line: help at once, trouble in one line."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from shoal.cli import main as cli

# The tests' own settings are not this command's.
BARE = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")}


def shoal(*words: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "shoal", *words],
        check=False, capture_output=True, text=True, env=BARE | environment, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_a_file_and_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert "--data" in capsys.readouterr().out


def test_a_bad_setting_is_one_line(tmp_path: Path) -> None:
    code, _, said = shoal("up", "--data", str(tmp_path), SHOAL_PORT="eighty")
    assert (code, said) == (1, "shoal: SHOAL_PORT must be a number (it is 'eighty').\n")


@pytest.mark.parametrize("command", ["demo", "up"])
def test_a_busy_port_is_one_line_before_anything_starts(tmp_path: Path, command: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, out, said = shoal(command, "--port", port, "--data", str(tmp_path / "data"))
    assert code == 1
    assert said.startswith(f"shoal: Port {port} is in use by another program")
    assert said.count("\n") == 1
    assert not out
    assert not (tmp_path / "data" / "postgres").exists()


def test_doctor_of_an_empty_database_says_the_one_thing_to_do() -> None:
    # Not pytest's own folder: as root PostgreSQL runs as somebody who may not enter it.
    with tempfile.TemporaryDirectory(prefix="shoal-test-", dir="/tmp") as data:
        code, out, _ = shoal("doctor", "--data", data)
    assert code == 1
    wrong = [line for line in out.splitlines() if line.startswith("✗")]
    assert [line.split(":")[0] for line in wrong] == ["✗ migrations"]
    assert "run `shoal migrate`" in out


@pytest.mark.parametrize(
    ("words", "host"),
    [
        (("demo", "--host", "0.0.0.0"), "0.0.0.0"),  # noqa: S104 - what is refused
        (("up",), "shop.example"),
        (("web",), "shop.example"),
    ],
)
def test_nothing_starts_where_strangers_could_read_the_codes(
    words: tuple[str, ...], host: str, tmp_path: Path
) -> None:
    public = {"SHOAL_PUBLIC_URL": f"https://{host}"} if len(words) == 1 else {}
    code, out, said = shoal(*words, "--data", str(tmp_path), **public)
    assert code == 1
    assert f"the page /outbox, which strangers could open at {host}: name a" in out + said
    assert (out + said).count("\n") == 1
    assert "SHOAL_SMS" in out + said
    assert "SHOAL_OUTBOX_ANYWHERE" in out + said
    assert not (tmp_path / "postgres").exists()


def test_doctor_says_the_same_and_that_no_mail_goes_out(tmp_path: Path) -> None:
    code, out, _ = shoal(
        "doctor", "--data", str(tmp_path),
        SHOAL_PUBLIC_URL="https://shop.example", SHOAL_DATABASE_URL="postgresql://127.0.0.1:1/x",
    )  # fmt: skip
    assert code == 1
    assert "✗ text messages: One-time codes would stand on the page /outbox" in out
    assert "! mail: No mail goes out" in out


def test_an_unreachable_database_is_one_line(tmp_path: Path) -> None:
    code, _, said = shoal(
        "migrate", "--data", str(tmp_path), SHOAL_DATABASE_URL="postgresql://127.0.0.1:1/shoal"
    )
    assert code == 1
    assert said.startswith("shoal: SHOAL_DATABASE_URL cannot be reached: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", ["login-link all", "invite olga@shoal.example", "worker"])
def test_an_address_that_no_database_has_is_one_line(command: str, tmp_path: Path) -> None:
    code, _, said = shoal(
        *command.split(), "--data", str(tmp_path),
        SHOAL_DATABASE_URL="postgresql://olga:hunter2@127.0.0.1:1/shoal?x=y",
    )  # fmt: skip
    assert code == 1
    assert said.startswith("shoal: SHOAL_DATABASE_URL must look like postgresql://user:password@")
    assert said.count("\n") == 1
    assert "hunter2" not in said


def test_an_image_gets_its_files_without_a_database(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.json"
    code, made, _ = shoal("new-secrets")
    secrets.write_text(made)
    code, _, said = shoal(
        "migrate", "--files", "--data", str(tmp_path / "data"),
        SHOAL_SECRET_FILE=str(secrets), SHOAL_DATABASE_URL="postgresql://127.0.0.1:1/shoal",
    )  # fmt: skip
    assert (code, said) == (0, "")
    assert (tmp_path / "data/static/staticfiles.json").is_file()
    sheets = list((tmp_path / "data/static").rglob("*.css"))
    packed = [sheet for sheet in sheets if sheet.with_name(f"{sheet.name}.gz").is_file()]
    assert packed
    assert all(sheet.stat().st_size < 300 for sheet in set(sheets) - set(packed))
    assert (tmp_path / "data/locale/zh_Hans/LC_MESSAGES/django.mo").is_file()
    assert not (tmp_path / "data/secrets.json").exists()
    assert secrets.read_text() == made
