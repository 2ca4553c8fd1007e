"""Real SPARQL servers for tests: Oxigraph's own (PyPI's oxigraph) and Debian's Virtuoso, empty, on loopback."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.support.serving import free_port

OXIGRAPH = Path(sys.executable).parent / "oxigraph"
VIRTUOSO = shutil.which("virtuoso-t")
ISQL = shutil.which("isql-vt") or shutil.which("isql-v")


@dataclass(frozen=True, slots=True)
class Engine:
    """Addresses of a server: its SPARQL endpoint and its Graph Store endpoint."""

    query: str
    graphs: str


@contextmanager
def oxigraph(folder: Path) -> Iterator[Engine]:
    """Oxigraph's server, its data below the folder."""
    port = free_port()
    command = [str(OXIGRAPH), "serve", "--location", str(folder / "oxigraph"), "--bind", f"127.0.0.1:{port}"]
    with _running(command, folder, f"http://127.0.0.1:{port}/query"):
        yield Engine(f"http://127.0.0.1:{port}/query", f"http://127.0.0.1:{port}/store")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Engine]:
    """Virtuoso, its data below the folder, with leave to write for everybody."""
    assert VIRTUOSO and ISQL
    home = folder / "virtuoso"
    home.mkdir()
    port, sql = free_port(), free_port()
    (home / "virtuoso.ini").write_text(
        "[Database]\nDatabaseFile = v.db\nErrorLogFile = v.log\nLockFile = v.lck\nTransactionFile = v.trx\n"
        "xa_persistent_file = v.pxa\nMaxCheckpointRemap = 2000\n"
        f"[Parameters]\nServerPort = {sql}\nNumberOfBuffers = 20000\nServerThreads = 20\nDirsAllowed = .\n"
        "MaxMemPoolSize = 2000000000\n"
        f"[HTTPServer]\nServerPort = {port}\nServerThreads = 10\nServerRoot = .\n"
        "[SPARQL]\nResultSetMaxRows = 1000000\nMaxQueryExecutionTime = 60\n",
        encoding="utf-8",
    )
    query = f"http://127.0.0.1:{port}/sparql"
    with _running([VIRTUOSO, "+foreground", "+configfile", "virtuoso.ini"], home, query):
        grant = 'grant SPARQL_UPDATE to "SPARQL";\ngrant execute on DB.DBA.SPARQL_INSERT_DICT_CONTENT to "SPARQL";'
        subprocess.run(
            [ISQL, f"127.0.0.1:{sql}", "dba", "dba"],
            input=grant,
            text=True,
            check=True,
            capture_output=True,
            timeout=60,
        )
        yield Engine(query, f"http://127.0.0.1:{port}/sparql-graph-crud")


@contextmanager
def _running(command: list[str], folder: Path, query: str) -> Iterator[None]:
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                if _answers(query):
                    break
                time.sleep(0.2)
            yield
        finally:
            process.terminate()


def _answers(query: str) -> bool:
    try:
        with urllib.request.urlopen(f"{query}?{urlencode({'query': 'ASK {}'})}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
