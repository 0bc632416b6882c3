"""The balancer shares what everybody may see, and nobody waits there for what is hers alone."""

import http.client
import inspect
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver

from shoal.urls import urlpatterns
from shoal.web.buy.frame import shared_page
from tests.deploy.files import DEPLOY

CONF = (DEPLOY / "compose" / "nginx.conf").read_text(encoding="utf-8")
NGINX = shutil.which("nginx") or ""
CROWD = 20
SHARED = {
    "/shop/x7", "/shop/x7/sale/x7", "/shop/x7/p/x7", "/shop/x7/c/x7", "/shop/x7/categories",
    "/shop/x7/search", "/shop/x7/coupons", "/shop/x7/coupons/x7",
}  # fmt: skip


def views(
    patterns: list[URLPattern | URLResolver], before: str = "/"
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address of the site, with something in each of its gaps, and what answers there."""
    for each in patterns:
        route = before + re.sub(r"<[\w:]+>", "x7", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns, route)
        else:
            yield route, each.callback


def renders_shared_page(view: Callable[..., Any]) -> bool:
    """Whether `view`, or what it calls next door, ends in a page that everybody shares."""
    waiting, seen = [inspect.unwrap(view)], set()
    while waiting:
        function = waiting.pop()
        if function is shared_page:
            return True
        if inspect.isfunction(function) and function not in seen:
            seen.add(function)
            named = (function.__globals__.get(name) for name in function.__code__.co_names)
            waiting += [
                one
                for one in named
                if one is shared_page or getattr(one, "__module__", "") == function.__module__
            ]
    return False


def kept() -> re.Pattern[str]:
    """What the balancer looks up in its cache, by the path alone."""
    (rows,) = re.findall(r"(?s)map \$uri \$shared \{(.*?)\n    \}", CONF)
    found = re.fullmatch(r'\s*default off;\s*"~(\^\S+\$)" pages;', rows)
    assert found
    return re.compile(found[1])


def test_exactly_what_everybody_shares_goes_through_the_cache() -> None:
    pages = dict(views(urlpatterns))
    assert len(pages) > 100
    assert {address for address, view in pages.items() if renders_shared_page(view)} == SHARED
    assert {address for address in pages if kept().match(address)} == SHARED
    for other in (
        "/shop/x7/corner",
        "/shop/x7/couponsx",
        "/shop/x7/p",
        "/shop/x7/p/x7/y",
        "/shop/",
    ):
        assert not kept().match(other)


def test_what_is_kept_is_told_apart_by_its_query_and_by_who_asks() -> None:
    (page,) = re.findall(r"(?s)location / \{\s+(proxy_pass http://web;.*?)\n        \}", CONF)
    assert re.findall(r"proxy_cache (\S+);", page) == ["$shared"]
    (key,) = re.findall(r"proxy_cache_key (\S+);", page)
    # Further tiles, a sorting and what was searched for stand in the query.
    assert "$request_uri" in key
    assert "$piece" in key


def test_a_cdn_is_told_to_tell_apart_what_nginx_does() -> None:
    guide = (DEPLOY.parent / "docs" / "guides" / "deploy.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"(?s)\*\*A CDN\.\*\*(.*?)\n\n", guide)
    cookies = set(re.findall(r"\$cookie_(theme|django_language)", CONF))
    assert cookies == {"theme", "django_language"}
    assert "map $http_hx_request $piece" in CONF
    assert [name for name in (*cookies, "HX-Request") if f"`{name}`" not in told] == []


def test_names_of_webs_are_asked_for_again() -> None:
    blocks = dict(re.findall(r"(?s)upstream (\w+) \{(.*?)\n    \}", CONF))
    assert set(blocks) == {"web", "checkout"}
    for name, block in blocks.items():
        assert f"zone {name} " in block
        servers = re.findall(r"server (\S+) (\w+)", block)
        assert len(servers) == 2
        assert all(how == "resolve" for _, how in servers)
    assert re.search(r"resolver 127\.0\.0\.11 valid=\ds", CONF)
    # Nginx can do that from 1.27.3 on.
    image = re.search(r"image: nginx:1\.(\d+)", (DEPLOY / "compose" / "compose.yaml").read_text())
    assert image
    assert int(image[1]) >= 28


class Web(ThreadingHTTPServer):
    """What stands behind the balancer, and what it was asked for."""

    request_queue_size = 4 * CROWD

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.crowd = threading.Barrier(CROWD)


class Handler(BaseHTTPRequestHandler):
    """Says of some pages that they may be shared; others it answers once a whole crowd is there."""

    protocol_version = "HTTP/1.1"
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, lasts = 200, "public, max-age=0, must-revalidate, s-maxage=10"
        if kept().match(self.path.partition("?")[0]):
            time.sleep(0.1)
        else:
            lasts = "private, no-store"
            try:
                # Sooner than the cache's lock gives up and lets all of them through.
                self.server.crowd.wait(2)
            except threading.BrokenBarrierError:
                status = 504
        self.send_response(status)
        self.send_header("Cache-Control", lasts)
        self.send_header("Vary", "Cookie, Accept-Language")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def balancer(web: Web, tmp_path: Path) -> Iterator[int]:
    """A port where nginx, with the configuration of Compose, stands in front of `web`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = tmp_path / "nginx.conf"
    conf.write_text(_at_home(tmp_path, port=port, behind=web.server_port))
    (tmp_path / "cache").mkdir()
    with (tmp_path / "said").open("w") as said:
        nginx = subprocess.Popen([NGINX, "-c", str(conf), "-g", "daemon off;"], stderr=said)
    try:
        _wait_for(port, nginx, tmp_path / "said")
        yield port
    finally:
        nginx.terminate()
        nginx.wait(10)


def _at_home(folder: Path, *, port: int, behind: int) -> str:
    """The configuration without TLS and names, in a folder; an old nginx reads it as well."""
    text = re.sub(r"\n *(ssl_|http2 |resolver |listen 80 )[^\n]*", "", CONF)
    text = re.sub(r"\b(web|checkout)-\d:8000 resolve", f"127.0.0.1:{behind}", text)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} default_server;")
    # The one that leads to https has nowhere to listen now.
    text = re.sub(r"(?s)    server \{\s+location / \{\s+return 301.*?\n    \}\n", "", text)
    text = text.replace("/var/cache/nginx", f"{folder}/cache").replace("/tmp/nginx", f"{folder}/n")
    temporary = "".join(
        f"    {name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    who = "" if os.geteuid() else "user root;\n"
    return who + text.replace("http {\n", f"http {{\n{temporary}")


def _wait_for(port: int, nginx: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(200):
        assert nginx.poll() is None, said.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(said.read_text())


def ask_at_once(port: int, address: str) -> list[tuple[int, str | None]]:
    """What a crowd gets that asks for one address: each one's status, and whether it was kept."""

    def ask(_number: int) -> tuple[int, str | None]:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asking.request("GET", address, headers={"Host": "shop.example"})
        answer = asking.getresponse()
        answer.read()
        asking.close()
        return answer.status, answer.getheader("X-Cache")

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(ask, range(CROWD)))


needs_nginx = pytest.mark.skipif(not NGINX, reason="there is no nginx here")


@needs_nginx
@pytest.mark.parametrize("address", ["/shop/abc/corner?look=buy-bar", "/s/abcdef", "/me", "/"])
def test_a_crowd_that_wants_its_own_is_let_through_together(
    balancer: int, web: Web, address: str
) -> None:
    assert ask_at_once(balancer, address) == [(200, None)] * CROWD
    assert web.asked == [address] * CROWD


@needs_nginx
@pytest.mark.parametrize("address", ["/shop/abc", "/shop/abc?from=24", "/shop/abc/search?q=tea"])
def test_a_crowd_that_wants_a_shared_page_costs_one(balancer: int, web: Web, address: str) -> None:
    answers = ask_at_once(balancer, address)
    assert sorted(answers) == [(200, "HIT")] * (CROWD - 1) + [(200, "MISS")]
    assert web.asked == [address]
