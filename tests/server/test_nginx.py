"""nginx with the configuration of deploy/nginx before two servers: on a host name of its own, and below a path."""

from __future__ import annotations

import html
import json
import re
import shutil
import socket
import ssl
import subprocess
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from getpass import getuser
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask

import loaders
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.settings import DEFAULT_BASE, ROOT, Settings
from begrepp.sources.editions import find_editions
from server.app import MAX_REQUEST_BYTES, create_app
from server.fhir import MAX_FHIR_BYTES
from server.sparql.endpoint import EDITOR
from tests.support.routes import ROUTES, expected, one_of_each_kind
from tests.support.serving import free_port, serve, wait_for_port
from tests.support.small import HEADER, ROWS, Quiet, put

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed (apt-get install nginx-light)"),
]
DEPLOY = ROOT / "deploy" / "nginx"
PREFIX = "/begrepp"
_ATTRIBUTE = re.compile(r'(?:href|src|action|formaction|data-[a-z-]+)="([^"]*)"')
_LINK_HEADER = re.compile(r"<([^>]*)>")
_JSON_PATH = re.compile(r'"(/[^"#]*)"')
_MOST_OF_A_KIND = 6
"""Pages read of every route; their links are all looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer through nginx."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """nginx on two ports of this machine."""

    https: int
    http: int

    def get(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request over TLS; the certificate is self-signed."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection("localhost", self.https, context=context, timeout=90)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Accept": "text/html, */*;q=0.5", **named})
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=answer.msg, body=answer.read())
        finally:
            connection.close()

    def plain(self, path: str) -> Answer:
        """One request without TLS."""
        connection = HTTPConnection("localhost", self.http, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=answer.msg, body=answer.read())
        finally:
            connection.close()


@contextmanager
def nginx(place: Path, site: str, https: int, servers: list[int]) -> Iterator[Site]:
    """nginx with a site of deploy/nginx, its names, ports and folders put to those of the test."""
    http = free_port()
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    request += ["-keyout", str(place / "privkey.pem"), "-out", str(place / "fullchain.pem")]
    subprocess.run(request, check=True, capture_output=True)
    changes = {
        r"listen \[::\].*": "",
        r"listen 443 ": f"listen 127.0.0.1:{https} ",
        r"listen 80;": f"listen 127.0.0.1:{http};",
        r"server_name \S+;": "server_name localhost;",
        r"/etc/nginx/begrepp": str(place),
        r"127\.0\.0\.1:9001": f"127.0.0.1:{servers[0]}",
        r"127\.0\.0\.1:9002": f"127.0.0.1:{servers[1]}",
    }
    for file in DEPLOY.iterdir():
        text = file.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = re.sub(old, new, text)
        (place / file.name).write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = place / "nginx.conf"
    http_block = f"access_log off;\n{temporary}include {place}/upstream.conf;\ninclude {place}/{site};\n"
    main.write_text(
        f"user {getuser()};\ndaemon off;\npid {place}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{http_block}}}\n",
        encoding="utf-8",
    )
    checked = subprocess.run(["nginx", "-t", "-c", str(main)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with (
        (place / "errors").open("wb") as errors,
        subprocess.Popen(["nginx", "-c", str(main)], stderr=errors) as process,
    ):
        try:
            wait_for_port(https)
            yield Site(https=https, http=http)
        finally:
            process.terminate()


@contextmanager
def served(settings: Settings, place: Path, site: str, https: int) -> Iterator[Site]:
    """Two servers and nginx before them."""
    more = {"trusted_proxies": "1", "server_cache": str(place / "cache"), "base": settings.base}
    with ExitStack() as stack:
        ports = [stack.enter_context(serve(settings.data, log=place / f"log-{n}", **more)) for n in range(2)]
        yield stack.enter_context(nginx(place, site, https, ports))


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A build whose base IRI is below a path of the site."""
    base = f"https://localhost:{free_port()}{PREFIX}/"
    settings = Settings(data=tmp_path_factory.mktemp("below") / "data", base=base)
    put(settings, HEADER + ROWS, edition="2021")
    put(settings, HEADER + ROWS.replace("UNS", "ospecificerad"), edition="2022")
    editions = [*find_editions(ROOT / "starter"), *find_editions(settings.raw)]
    jobs = [EditionJob(edition, loaders.loader_of(edition)) for edition in editions]
    build(jobs, settings, Quiet(), keep_going=True, accept_fewer=True)
    return settings


@pytest.fixture(scope="module")
def under_a_path(below: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The build served below a path."""
    port = urlsplit(below.base).port or 0
    with served(below, tmp_path_factory.mktemp("nginx"), "begrepp-subpath.conf", port) as site:
        yield site


@pytest.fixture(scope="module")
def own_host(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The build of the other tests, served on a host name of its own."""
    with served(built, tmp_path_factory.mktemp("nginx"), "begrepp.conf", free_port()) as site:
        yield site


def links_of(answer: Answer) -> list[str]:
    """The addresses that an answer leads to."""
    media_type = answer.headers.get_content_type()
    found = [answer.headers["Location"]] if "Location" in answer.headers else []
    found += _LINK_HEADER.findall(answer.headers.get("Link", ""))
    if media_type == "text/html":
        found += [html.unescape(value) for value in _ATTRIBUTE.findall(answer.text)]
    elif media_type == "application/xml":
        found += [html.unescape(value) for value in re.findall(r"<loc>(.*?)</loc>", answer.text)]
    elif media_type in ("application/json", "application/linkset+json"):
        found += _JSON_PATH.findall(answer.text)
    return [link for link in found if link.startswith(("/", "https://localhost"))]


def test_every_kind_of_page_leads_below_the_path_only(under_a_path: Site, below: Settings) -> None:
    app = create_app(below)
    urls = app.url_map.bind("localhost")
    paths = [path for path in (*ROUTES, *one_of_each_kind(app)) if path != "/metrics"]
    first = [PREFIX + path.replace(DEFAULT_BASE, below.base) for path in paths]
    waiting, seen, counted, wrong = deque(first), set(first), Counter[str](), list[str]()
    while waiting:
        path = waiting.popleft()
        answer = under_a_path.get(path)
        inner = path.removeprefix(PREFIX)
        if answer.status not in (*expected(inner), 301, 302):
            wrong.append(f"{path}: {answer.status}")
        if inner.startswith(("/api/openapi.json", "/validation/openapi.json")):
            continue  # their paths are read against `servers`
        if inner.startswith("/reconcile") and "service_url" in answer.text:
            assert f'"service_url": "{below.base.removesuffix("/")}"' in answer.text.replace('":"', '": "')
            continue  # the paths of a manifest are read against it
        for link in links_of(answer):
            whole = urljoin(below.base.removesuffix(f"{PREFIX}/") + path, link)
            if not whole.startswith(below.base):
                wrong.append(f"{link} on {path}")
                continue
            target = PREFIX + "/" + whole.removeprefix(below.base).partition("#")[0]
            bare = urlsplit(target).path
            if target in seen or bare in seen:
                continue
            seen |= {target, bare}
            inside = bare.removeprefix(PREFIX)
            kind = f"{urls.match(inside or '/', 'GET', return_rule=True)[0]} {inside.split('/')[1]}"
            counted[kind] += 1
            if counted[kind] <= _MOST_OF_A_KIND:
                waiting.append(target)
    assert wrong == [], "\n".join(wrong[:50])
    assert len(counted) > 25 and len(seen) > 1000
    app.extensions["begrepp"].pool.close()


def test_nothing_of_the_build_is_named_below_the_default_base(below: Settings) -> None:
    graphs = [path for path in (below.current / "graphs").rglob("*") if path.is_file()]
    assert len(graphs) > 50
    for path in graphs:
        assert f"<{DEFAULT_BASE}id/" not in path.read_text(encoding="utf-8"), path.name


def test_an_iri_below_the_path_leads_to_its_document(under_a_path: Site, below: Settings) -> None:
    for code in ("cs/onkologi/lungcancer", "cs/icd-o-3/8140%2F3"):
        answer = under_a_path.get(f"{PREFIX}/id/{code}")
        assert (answer.status, answer.headers["Location"]) == (303, f"{PREFIX}/{code}")
        page = under_a_path.get(f"{PREFIX}/{code}")
        assert page.status == 200
        assert f'<link rel="canonical" href="{below.base}{code}">' in page.text
        turtle = under_a_path.get(f"{PREFIX}/{code}", Accept="text/turtle")
        assert turtle.status == 200 and f"<{below.base}id/{code}>" in turtle.text
    assert under_a_path.get(f"{PREFIX}/cs/icd-o-3/8140/3").headers["Location"] == f"{PREFIX}/cs/icd-o-3/8140%2F3"


def test_what_programs_read_names_addresses_below_the_path(under_a_path: Site, below: Settings) -> None:
    base = below.base
    robots = under_a_path.get(f"{PREFIX}/robots.txt").text
    assert f"Sitemap: {base}sitemap.xml" in robots and f"Disallow: {PREFIX}/search?" in robots
    assert f'template="{base}search?q=' in under_a_path.get(f"{PREFIX}/opensearch.xml").text
    assert f"<{base}sparql>" in under_a_path.get(f"{PREFIX}/.well-known/void", Accept="text/turtle").text
    assert json.loads(under_a_path.get(f"{PREFIX}/api/openapi.json").text)["servers"] == [{"url": PREFIX}]
    problem = under_a_path.get(f"{PREFIX}/cs/nope", Accept="application/json")
    assert problem.status == 404 and json.loads(problem.text)["instance"] == f"{PREFIX}/cs/nope"
    example = under_a_path.get(f"{PREFIX}/api").text
    assert f"data-concept=&#34;{base}id/cs/" in example or f'data-concept="{base}id/cs/' in example
    query = "/sparql?format=json&query=ASK%7B%3Cid/cs/onkologi/lungcancer%3E%20a%20skos:Concept%7D"
    assert json.loads(under_a_path.get(PREFIX + query).text)["boolean"] is True


def test_the_language_is_remembered_below_the_path(under_a_path: Site) -> None:
    answer = under_a_path.get(f"{PREFIX}/language/en?back=/cs%3Flang%3Den")
    assert answer.headers["Location"] == f"{PREFIX}/cs?lang=en"
    assert f"Path={PREFIX}" in answer.headers["Set-Cookie"]
    page = under_a_path.get(f"{PREFIX}/cs", Cookie="lang=en")
    assert '<html lang="en">' in page.text and f"{PREFIX}/language/sv?back=/cs" in html.unescape(page.text).replace(
        "%2F", "/"
    )


@pytest.mark.skipif(not EDITOR.exists(), reason="the editor is not built; run `make editor` (needs npm)")
def test_the_editor_asks_below_the_path(under_a_path: Site) -> None:
    page = under_a_path.get(f"{PREFIX}/sparql?lang=sv").text
    (words,) = re.findall(r'id="editor-words">(.*?)</script>', page, re.DOTALL)
    said = json.loads(words)
    assert said["terms"].startswith(f"{PREFIX}/sparql/terms") and said["suggest"].startswith(f"{PREFIX}/search.json")
    assert under_a_path.get(said["terms"]).status == 200
    script = under_a_path.get(f"{PREFIX}/static/editor/editor.js").text
    chunks = re.findall(r'import\("(\./[^"]+)"\)', script)
    assert chunks
    assert all(under_a_path.get(f"{PREFIX}/static/editor/{chunk[2:]}").status == 200 for chunk in chunks)


def test_the_rest_of_the_host_is_not_begrepp(under_a_path: Site, below: Settings) -> None:
    assert under_a_path.get("/cs").status == 404
    answer = under_a_path.get(PREFIX)
    assert (answer.status, answer.headers["Location"]) == (301, below.base)


def test_sizes_are_those_of_the_server(own_host: Site, under_a_path: Site) -> None:
    for file in ("begrepp.conf", "begrepp-subpath.conf"):
        limits = re.findall(r"client_max_body_size (\d+)m;", (DEPLOY / file).read_text(encoding="utf-8"))
        assert [int(limit) << 20 for limit in limits] == [
            *(MAX_REQUEST_BYTES, MAX_FHIR_BYTES, Settings().validation_mb << 20)
        ]
    turtle = b"# a large file\n" * 200_000 + b"<https://example.org/a> a <https://example.org/B> .\n"
    for site, prefix in ((own_host, ""), (under_a_path, PREFIX)):
        sent = {"method": "POST", "Content_Type": "text/turtle", "Accept": "application/json"}
        assert site.get(f"{prefix}/validation/skos", body=turtle, **sent).status == 200
        query = b"query=" + b"a" * (MAX_REQUEST_BYTES + 1)
        sent |= {"Content_Type": "application/x-www-form-urlencoded"}
        assert site.get(f"{prefix}/sparql", body=query, **sent).status == 413
        with socket.create_connection(("localhost", site.https)) as line:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(line) as secure:
                size = (Settings().validation_mb << 20) + 1
                secure.sendall(
                    f"POST {prefix}/validation HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
                )
                assert b" 413 " in secure.recv(100)


def test_metrics_stay_inside_and_plain_http_leads_to_tls(own_host: Site, under_a_path: Site) -> None:
    assert own_host.get("/metrics").status == under_a_path.get(f"{PREFIX}/metrics").status == 403
    for site, path in ((own_host, "/cs/icd-o-3/8140%2F3?lang=en"), (under_a_path, f"{PREFIX}/cs")):
        answer = site.plain(path)
        assert (answer.status, answer.headers["Location"]) == (301, f"https://localhost{path}")
    assert own_host.get("/").headers["Strict-Transport-Security"] == "max-age=63072000"


def test_old_tls_is_refused(own_host: Site) -> None:
    asked = ["openssl", "s_client", "-connect", f"localhost:{own_host.https}"]
    for version, accepted in (("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
        done = subprocess.run([*asked, version], input=b"", capture_output=True, check=False)
        assert (done.returncode == 0) is accepted, version


def test_a_client_cannot_set_the_prefix_or_the_host(own_host: Site) -> None:
    page = own_host.get(
        "/cs?forged", X_Forwarded_Prefix="/forged", X_Forwarded_Host="forged.example", Forwarded="host=x"
    )
    assert page.status == 200 and "/forged" not in page.text and "forged.example" not in page.text


def test_answers_are_compressed_by_the_server(own_host: Site) -> None:
    answer = own_host.get("/cs/onkologi", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip" and answer.body[:2] == b"\x1f\x8b"


def test_every_route_answers_on_a_host_of_its_own(own_host: Site, app: Flask) -> None:
    paths = [path for path in (*ROUTES, *one_of_each_kind(app)) if path != "/metrics"]
    statuses = {path: own_host.get(path).status for path in paths}
    assert {path: status for path, status in statuses.items() if status not in expected(path)} == {}


def test_the_connections_of_one_client_are_limited_and_another_client_is_served(own_host: Site) -> None:
    """Requests whose bodies do not end: beyond 64 the client gets 429; an address beside it is served."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    head = b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as stack:
        lines = []
        for _ in range(90):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", own_host.https), timeout=5))
            secure = stack.enter_context(context.wrap_socket(line))
            secure.sendall(head)
            lines.append(secure)
        refused = 0
        for line in lines:
            line.settimeout(0.1)
            with suppress(TimeoutError):
                refused += line.recv(100).startswith(b"HTTP/1.1 429 ")
        assert refused == 90 - 64
        assert own_host.get("/cs").status == 429
        other = HTTPSConnection(
            "127.0.0.1", own_host.https, context=context, timeout=30, source_address=("127.0.0.2", 0)
        )
        other.request("GET", "/cs", headers={"Host": "localhost"})
        assert other.getresponse().status == 200
        other.close()
    assert own_host.get("/cs").status == 200
