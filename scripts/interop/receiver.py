"""An endpoint that verifies what arrives with the official Standard Webhooks library for Python.

It knows nothing of Bellwire: each path has its secrets, and each request is judged by the library
alone.
"""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


@dataclass
class Request:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


def refusal(secret: str, request: Request) -> str | None:
    """Why the library refuses a request; None when it accepts it."""
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError as error:
        return str(error)
    return None


class Receiver:
    """Listens on a free loopback port and keeps what arrives."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # noqa: N802, the name is http.server's
                length = int(self.headers["content-length"])
                request = Request(self.path, dict(self.headers), self.rfile.read(length))
                with receiver._arrived:
                    receiver._requests.append(request)
                    receiver._arrived.notify_all()
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, path: str, event_id: str, timeout_s: float = 20) -> Request:
        """The request that brought this event to this path."""

        def found() -> Request | None:
            for request in self._requests:
                if request.path == path and request.headers.get("webhook-id") == event_id:
                    return request
            return None

        with self._arrived:
            request = self._arrived.wait_for(found, timeout_s)
        if request is None:
            raise TimeoutError(f"{event_id} did not arrive at {path} in {timeout_s} s")
        return request

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
