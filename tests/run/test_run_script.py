"""./run where little is given: no writable home, no suitable Python."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shoal import __version__, env

CHECKOUT = env.checkout()
pytestmark = pytest.mark.skipif(CHECKOUT is None, reason="the script is in a checkout only")


def run(*words: str, script: Path | None = None, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [str(script or f"{CHECKOUT}/run"), *words],
        check=False, capture_output=True, text=True, env=os.environ | environment,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_it_works_without_a_writable_home() -> None:
    code, said = run("--version", HOME="/proc/nowhere")
    assert code == 0
    assert said.splitlines()[-1] == f"shoal {__version__}"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout without .venv, and a PATH with only what POSIX promises."""
    assert CHECKOUT is not None
    shutil.copy(CHECKOUT / "run", tmp_path / "run")
    shutil.copytree(CHECKOUT / "requirements", tmp_path / "requirements")
    (tmp_path / "bin").mkdir()
    for name in ("sh", "dirname", "cat", "cksum", "grep", "rm", "mkdir", "cp"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def fake_python(bare: Path, script: str, *, name: str = "python3") -> None:
    path = bare / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_an_old_python_gives_one_line(bare: Path) -> None:
    fake_python(bare, "exit 1")
    code, said = run("--version", script=bare / "run", PATH=f"{bare}/bin")
    assert code == 1
    assert said == "shoal: Python 3.11, 3.12 or 3.13 is needed; install the package python3.\n"


def test_a_python_without_ensurepip_names_the_package(bare: Path) -> None:
    fake_python(
        bare,
        """case $2 in
        *version_info*exit*|*exit*version_info*) exit 0 ;;
        *ensurepip*) exit 1 ;;
        *) echo 3.12 ;;
        esac""",
    )
    code, said = run("--version", script=bare / "run", PATH=f"{bare}/bin")
    assert code == 1
    assert said == "shoal: this Python lacks ensurepip; install the package python3.12-venv.\n"


@pytest.mark.parametrize(("optimised", "taken"), [(True, "python3"), (False, "python3.12")])
def test_a_python_built_with_optimisation_goes_first(
    bare: Path, *, optimised: bool, taken: str
) -> None:
    for name, is_optimised in (("python3.12", False), ("python3", optimised)):
        fake_python(
            bare,
            f"""case $* in
            *CONFIG_ARGS*) exit {int(not is_optimised)} ;;
            *--version) echo {name} ;;
            *'-m venv'*) exit 1 ;;
            esac""",
            name=name,
        )
    _, said = run("--version", script=bare / "run", PATH=f"{bare}/bin")
    assert said.startswith(f"Making {bare}/.venv with {taken} …\n")


def test_what_comes_as_source_is_built_by_what_the_lock_names(bare: Path) -> None:
    asked = bare / "asked"
    fake_python(
        bare,
        f"""case $* in
        *'-m venv'*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
        *'-m pip install'*) echo "$*" >>{asked} ;;
        *purelib*) echo {bare} ;;
        esac""",
    )
    where = {"PATH": f"{bare}/bin", "SHOAL_VENV": f"{bare}/venv"}
    code, said = run("--version", script=bare / "run", **where)
    assert code == 0, said
    first, second = asked.read_text().splitlines()
    assert first.endswith(f"-r {bare}/requirements/build.txt")
    assert second.endswith(f"--no-build-isolation -r {bare}/requirements/run.txt")
    assert all("--require-hashes" in words for words in (first, second))
    # Nothing is installed twice, and a new lock of what builds is a reason to install.
    run("--version", script=bare / "run", **where)
    assert len(asked.read_text().splitlines()) == 2
    with (bare / "requirements" / "build.txt").open("a") as lock:
        lock.write("wheel==1\n")
    run("--version", script=bare / "run", **where)
    assert len(asked.read_text().splitlines()) == 4
