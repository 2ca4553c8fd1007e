"""Jena's command line tools from Debian's package libapache-jena-java, which contains classes only."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

JARS = Path("/usr/share/java")
_WANTED = ("jena", "commons-", "dexx", "thrift", "slf4j-api", "slf4j-nop", "guava", "failureaccess", "jsonld", "http")
_WANTED += ("jackson-", "protobuf", "gson", "titanium", "jakarta.json", "javax.json", "jsonp")
_VERSION = re.compile(r"-\d[\w.]*$")


def installed() -> bool:
    """Return whether Java and the package are installed."""
    return shutil.which("java") is not None and (JARS / "jena-tdb2.jar").exists()


def command(home: Path, main: str, *arguments: str, memory: str = "10g") -> list[str]:
    """Return the command that runs a main class of Jena. `home` is a folder for files that its classes expect."""
    home.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for name in jar.namelist():
            if name.endswith(".properties") and "/xerces/" in name:
                target = home / "xerces" / name.partition("/xerces/")[2]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(jar.read(name))
    classes = ":".join([str(home), *map(str, _jars())])
    return ["java", f"-Xmx{memory}", "-cp", classes, main, *arguments]


def _jars() -> Iterator[Path]:
    for jar in sorted(JARS.glob("*.jar")):
        if jar.name.startswith(_WANTED) and not _VERSION.search(jar.stem):
            yield jar
