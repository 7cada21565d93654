"""The proxy example behind which the dashboard is meant to stand, run by a real nginx on loopback."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = "atlas.example.org"
NGINX, OPENSSL = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("openssl")

pytestmark = pytest.mark.skipif(not NGINX or not OPENSSL, reason="nginx or openssl is not on this machine")


class Echo(BaseHTTPRequestHandler):
    """Stands where the dashboard stands, and says what reached it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket" and self.headers.get("Connection", "").lower() == "upgrade":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            return
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return


class Proxy:
    """A running nginx: two ports, and the folder with its log."""

    def __init__(self, folder: Path, http_port: int, https_port: int, certificate: Path) -> None:
        self.folder, self.http_port, self.https_port = folder, http_port, https_port
        self.context = ssl.create_default_context(cafile=str(certificate))

    def get(
        self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """Ask over TLS with the right name; header names with _ for -."""
        connection = http.client.HTTPSConnection(HOST, self.https_port, context=self.context, timeout=10)
        raw = socket.create_connection(("127.0.0.1", self.https_port), timeout=10)
        connection.sock = self.context.wrap_socket(raw, server_hostname=HOST)
        given = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=given)
        return connection.getresponse()

    def status(self, path: str, **headers: str) -> int:
        return self.get(path, **headers).status


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> Path:
    subprocess.run(
        [
            str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
            "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", "privkey.pem", "-out", "fullchain.pem",
        ],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder / "fullchain.pem"


def site(folder: Path, upstream: int, http_port: int, https_port: int) -> str:
    """The example with the ports and paths of this test, and nothing else changed."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for ours, there in {
        "listen 80": f"listen 127.0.0.1:{http_port}",
        "listen 443": f"listen 127.0.0.1:{https_port}",
        "127.0.0.1:8501": f"127.0.0.1:{upstream}",
        "/etc/ssl/atlas/": f"{folder}/",
        "/var/log/nginx/atlas.log": f"{folder}/access.log",
    }.items():
        assert ours in text
        text = text.replace(ours, there)
    return text


@pytest.fixture(scope="module")
def proxy(tmp_path_factory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    running = Proxy(folder, free_port(), free_port(), certificate(folder))
    (folder / "site.conf").write_text(site(folder, upstream.server_port, running.http_port, running.https_port))
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ {temporary} access_log off; include {folder}/site.conf; }}"
    )
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for(running.https_port, process)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=10)
        upstream.shutdown()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            pytest.fail("nginx did not start: the example is not a valid configuration")
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("nginx did not open its port")


def test_pages_pass_and_say_where_they_come_from(proxy):
    answer = proxy.get(
        "/hotspots?from=2024-01-01", X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="http", Forwarded="for=6"
    )
    seen = json.loads(answer.read())
    assert (answer.status, seen["path"]) == (200, "/hotspots?from=2024-01-01")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert answer.headers["Server"] in ("nginx", "BaseHTTP")
    assert seen["headers"]["Host"] == HOST
    assert seen["headers"]["X-Forwarded-Proto"] == "https"
    assert seen["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert "Forwarded" not in seen["headers"]


def test_the_web_socket_passes(proxy):
    answer = proxy.get("/_stcore/stream", Upgrade="websocket", Connection="Upgrade")
    assert answer.status == 101


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics?x=1", "/_stcore//metrics", "//_stcore/metrics",
        "/_stcore/%6detrics", "/_STCORE/Metrics", "/media/../_stcore/metrics", "/atlas/_stcore/metrics",
        "/_stcore/./metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/script-health-check",
    ],
)  # fmt: skip
def test_side_doors_are_closed_however_they_are_spelt(proxy, path):
    assert proxy.status(path, Cookie="atlas_visit=x") == 404


@pytest.mark.parametrize("path", ["/media/abc.csv", "/%6dedia/abc.csv", "//media/abc.csv", "/atlas/media/abc.csv"])
def test_files_are_only_for_browsers_that_opened_a_page(proxy, path):
    assert proxy.status(path) == 404
    assert proxy.status(path, Cookie="atlas_visit=") == 404
    assert proxy.status(path, Cookie="other=1; atlas_visit=secret") == 200


def test_health_and_static_files_pass(proxy):
    for path in ("/healthz", "/_stcore/health", "/app/static/vendor/leaflet.js"):
        assert proxy.status(path) == 200


def test_uploads_above_the_limit_are_refused(proxy):
    assert proxy.get("/_stcore/upload_file/a/b", method="PUT", body=b"x" * 1000).status == 200
    assert proxy.get("/_stcore/upload_file/a/b", method="PUT", Content_Length=str(52 * 1024 * 1024)).status == 413


def test_another_host_name_gets_nothing(proxy):
    with pytest.raises(http.client.RemoteDisconnected):
        proxy.get("/", Host="evil.example")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name in ("evil.example", None):
        with socket.create_connection(("127.0.0.1", proxy.https_port), timeout=10) as raw, pytest.raises(ssl.SSLError):
            context.wrap_socket(raw, server_hostname=name)


def test_plain_http_leads_to_tls_and_a_foreign_name_nowhere(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.http_port, timeout=10)
    connection.request("GET", "/districts?adm1=IQG15", headers={"Host": HOST})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/districts?adm1=IQG15")
    foreign = http.client.HTTPConnection("127.0.0.1", proxy.http_port, timeout=10)
    foreign.request("GET", "/", headers={"Host": "evil.example"})
    with pytest.raises(http.client.RemoteDisconnected):
        foreign.getresponse()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(proxy):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", proxy.https_port), timeout=10) as raw, pytest.raises(ssl.SSLError):
        context.wrap_socket(raw, server_hostname=HOST)


def test_the_log_holds_no_filters_and_no_cookies(proxy):
    proxy.get("/trends?category=CANARY", Cookie="atlas_visit=CANARY", Referer="https://x/?CANARY", User_Agent="CANARY")
    time.sleep(0.2)
    log = (proxy.folder / "access.log").read_text()
    assert "/trends" in log
    assert "CANARY" not in log


def test_signing_in_again_and_again_is_slowed_down(proxy):
    answers = [proxy.status("/auth/login") for _ in range(30)]
    assert answers[:5] == [200] * 5
    assert 429 in answers
