"""The real binary as a child process, on a temporary database, and calls of its API.

For the checks of this folder that judge Bellwire from the outside.
"""

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path


class Refused(RuntimeError):
    """An answer that is none of 2xx."""

    def __init__(self, request: str, status: int, body: str) -> None:
        super().__init__(f"{request}: {status} {body}")
        self.status = status


class Bellwire:
    """A server on a free loopback port, which may send to loopback addresses."""

    def __init__(self, binary: str, folder: str, *settings: str) -> None:
        settings = (
            "delivery.allow_networks=127.0.0.0/8",
            "delivery.allow_http_loopback=true",
            "log.level=warn",
            *settings,
        )
        command = [binary, "serve", "--listen", "127.0.0.1:0"]
        command += ["--store", str(Path(folder) / "bellwire.db")]
        command += [word for setting in settings for word in ("--set", setting)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.line("Listening on ")
        self.token = self.line("Platform token ")

    def line(self, beginning: str) -> str:
        """What the next line with this beginning goes on with."""
        for line in self._process.stdout:
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        raise RuntimeError(f"the server ended before it printed `{beginning}`")

    def send(
        self, method: str, path: str, body: str | None = None, headers: dict | None = None
    ) -> urllib.request.addinfourl:
        """Calls the API, with the platform's token if nothing else is said; the answer, unread.

        A path that does not begin with a version of an API is one of `/api/v1`.
        """
        is_whole = path.startswith(("/api/", "/v1/"))
        request = urllib.request.Request(
            f"{self.url}{path if is_whole else f'/api/v1{path}'}",
            method=method,
            data=None if body is None else body.encode(),
            headers={"content-type": "application/json"}
            | ({"authorization": f"Bearer {self.token}"} if headers is None else headers),
        )
        try:
            return urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise Refused(f"{method} {path}", error.code, text) from error

    def call(self, method: str, path: str, body: str | None = None) -> dict:
        """Calls the API with the platform's token; the answer's body, empty if there is none."""
        with self.send(method, path, body) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def close(self) -> None:
        """Stops it."""
        self._process.terminate()
        self._process.wait(30)
