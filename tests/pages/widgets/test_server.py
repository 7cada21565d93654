"""Headers and closed doors, asked of the middleware itself; tests/e2e asks the running server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.widgets import media_guard, server, start_page


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>", headers={"X-Content-Type-Options": "weaker", "Referrer-Policy": "unsafe-url"})


async def _text(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("secret")


@pytest.fixture
def client() -> TestClient:
    closed = [
        "/_stcore/metrics",
        "/_stcore/agent/mcp",
        "/media/abc.csv",
        "/component/a/index.html",
        "/static/media/font",
    ]
    routes = [Route("/", _page), *[Route(path, _text) for path in closed], *server.ROUTES]
    return TestClient(Starlette(routes=routes, middleware=server.MIDDLEWARE))


def test_every_answer_has_the_headers_once(client: TestClient):
    for path in ("/", "/healthz", "/nothing-here"):
        headers = client.get(path).headers
        for name, value in server.HEADERS.items():
            assert headers.get_list(name) == [value]
        assert "default-src 'self'" in headers["content-security-policy"]


def test_the_policy_names_no_foreign_source(client: TestClient):
    policy = client.get("/").headers["content-security-policy"]
    assert "http:" not in policy
    assert "https:" not in policy
    assert "*" not in policy
    assert "connect-src 'self';" in policy
    assert "frame-ancestors 'self'" in policy


def test_only_the_maps_frame_runs_inline_scripts(client: TestClient):
    def scripts(path: str) -> str:
        policy = client.get(path).headers["content-security-policy"]
        return next(part for part in policy.split("; ") if part.startswith("script-src"))

    assert "'unsafe-inline'" not in scripts("/")
    assert "sha256-" in scripts("/")
    assert "'unsafe-inline'" in scripts("/component/a/index.html")


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/mcp", "/media/abc.csv"])
def test_closed_doors_answer_not_found(client: TestClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_a_forged_cookie_opens_no_download(client: TestClient):
    answer = client.get("/media/abc.csv", headers={"cookie": f"{media_guard.COOKIE}=forged"})
    assert answer.status_code == 404


def test_streamlits_own_fonts_are_no_downloads(client: TestClient):
    assert client.get("/static/media/font").status_code == 200


def test_health_answers(client: TestClient):
    assert client.get("/healthz").text == "ok"


def test_a_new_browser_gets_its_own_cookie_with_the_page(client: TestClient):
    first = client.get("/").headers["set-cookie"]
    client.cookies.clear()
    second = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Strict" in first
    assert first.split(";")[0] != second.split(";")[0]
    assert len(media_guard.visit_of(first) or "") >= 32
    assert "set-cookie" not in client.get("/healthz").headers


def test_a_browser_keeps_its_cookie(client: TestClient):
    client.get("/")
    assert "set-cookie" not in client.get("/").headers


@pytest.mark.parametrize("header", ["", "a=b", "atlas_visit", "=;=;", 'atlas_visit="', "\x00"])
def test_a_broken_cookie_names_no_visit(header: str):
    assert not media_guard.visit_of(header)


async def _cookies(_request: Request) -> HTMLResponse:
    answer = HTMLResponse("<p>")
    answer.set_cookie("_streamlit_user", "signed", httponly=True)
    return answer


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_of_streamlit_stay_and_are_kept_off_plain_http(scheme: str):
    app = Starlette(routes=[Route("/", _cookies)], middleware=server.MIDDLEWARE)
    given = TestClient(app, base_url=f"{scheme}://testserver").get("/").headers.get_list("set-cookie")
    assert [cookie.split("=")[0] for cookie in given] == ["_streamlit_user", media_guard.COOKIE]
    assert all(("; Secure" in cookie) == (scheme == "https") for cookie in given)


START_PAGE = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


async def _start(_request: Request) -> HTMLResponse:
    return HTMLResponse(START_PAGE)


@pytest.mark.parametrize("base", ["", "atlas/of/concerns", "</script>"])
def test_the_start_page_names_the_server_and_the_policy_lets_that_run(monkeypatch: pytest.MonkeyPatch, base: str):
    monkeypatch.setattr(start_page.config, "get_option", lambda _name: base)
    app = Starlette(routes=[Route("/trends", _start)], middleware=[*server.MIDDLEWARE, Middleware(GZipMiddleware)])
    answer = TestClient(app).get("/trends", headers={"accept": "text/html"})
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.S)
    assert scripts[0].startswith("window.__streamlit=")
    assert answer.text.index(scripts[0]) < answer.text.index('type="module"')
    assert len(answer.content) == int(answer.headers["content-length"])
    for script in scripts:
        assert start_page.hashes([script]) in answer.headers["content-security-policy"]


def test_files_are_served_as_they_are():
    app = Starlette(routes=[Route("/component/a/b.html", _start)], middleware=server.MIDDLEWARE)
    assert TestClient(app).get("/component/a/b.html", headers={"accept": "text/html"}).text == START_PAGE
