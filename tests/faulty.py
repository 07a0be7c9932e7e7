"""An endpoint between the tool and moto, which refuses, throttles, breaks or never answers what a test names."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Fault = Callable[[str, str], "Answer | None"]  # (service as signed, request line + body) -> None: moto answers

_SIGNED = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


class Answer(NamedTuple):
    """`seconds`: how long nothing comes before it. `status` 0: the connection is cut.

    `dripping`: the answer, a byte now and then, and never to its end.
    """

    status: int
    body: bytes = b""
    seconds: float = 0
    dripping: bytes = b""


HANG = Answer(0, seconds=5)
CUT = Answer(0)
DRIPPING_HEAD = Answer(0, dripping=b"HTTP/1.1 200 OK\r\nX-Slow: ")
DRIPPING_BODY = Answer(0, dripping=b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")


@contextmanager
def endpoint(moto_url: str, fault: Fault) -> Iterator[str]:
    """The URL of the endpoint while it stands."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            signed = _SIGNED.search(self.headers.get("Authorization") or "")
            target = self.headers.get("X-Amz-Target") or ""
            said = f"{self.command} {self.path} {target} {body.decode(errors='replace')}"
            answer = fault(signed.group(1) if signed else "", said)
            if answer is None:
                self._forward(body)
                return
            until = time.monotonic() + answer.seconds
            while time.monotonic() < until and not over.is_set():
                time.sleep(0.02)
            if answer.dripping:
                self._drip(answer.dripping)
            if answer.status == 0:
                self.close_connection = True
                return
            self._send(answer.status, answer.body, {})

        do_GET = do_POST = do_PUT = do_HEAD = _any

        def _drip(self, text: bytes) -> None:
            self.wfile.write(text)
            try:
                while not over.is_set():
                    self.wfile.write(b" ")
                    time.sleep(0.1)
            except OSError:  # nobody listens any more
                pass

        def _forward(self, body: bytes) -> None:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "content-length")}
            request = Request(moto_url + self.path, data=body or None, method=self.command, headers=headers)
            try:
                with urlopen(request, timeout=30) as response:
                    self._send(response.status, response.read(), dict(response.headers.items()))
            except HTTPError as error:
                with error:
                    self._send(error.code, error.read(), dict(error.headers.items()))

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def refusing(*words: str) -> Fault:
    """403 for every request that contains one of the words; what they stand for is in no other request."""

    def fault(service: str, said: str) -> Answer | None:
        return Answer(403, DENIED) if any(word in said for word in words) else None

    return fault


DENIED = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
THROTTLED = b"<ErrorResponse><Error><Code>Throttling</Code><Message>slow down</Message></Error></ErrorResponse>"
EXPIRED = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"
