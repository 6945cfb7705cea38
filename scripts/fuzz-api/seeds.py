"""What is there while the API is fuzzed: organizations with everything in them, and who calls.

Ids are not remembered but read back through the lists of the API, by the path: whatever
`/…/things/{id}` is about, it is one of what `GET /…/things` lists. A new kind of thing is found
without a line here, as soon as it can be listed and something has made one.
"""

import base64
import json
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

from bellwire import Bellwire, Refused

PASSWORD = "correct horse battery staple"
OPERATOR = "operator@example.com"
EVENT_TYPES = ["booking.created", "booking.changed", "booking.cancelled"]
CHANNELS = ["account:cool", "account:other", "conference:42"]
APPLICATION = "an app"
PRODUCT = "a product"
PROFILES = ["standard", "advocate", "eventinsight", "wink", "apigee"]


class Receiver:
    """An endpoint on loopback that takes everything, but for what is sent to `/refuse`."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # noqa: N802, the name is http.server's
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(503 if self.path == "/refuse" else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                # Who sends may hang up: a connection has its time, too.
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


class Seeds:
    """Makes what is there, and finds it again."""

    def __init__(self, bellwire: Bellwire, receiver: Receiver, setup_link: str) -> None:
        self.bellwire = bellwire
        self.receiver = receiver
        self.setup_link = setup_link
        self._count = 0
        # Whoever calls must stay able to.
        self._protected: set[str] = set()

    def operator(self) -> None:
        """Makes the one who calls as operator."""
        made = self.post("/users", email=OPERATOR, password=PASSWORD, operator=True)
        self._protected.add(made["id"])

    def post(self, path: str, **body: object) -> dict:
        """Makes something, or does something to it."""
        return self.bellwire.call("POST", path, json.dumps(body) if body else None)

    def another(self, what: str) -> str:
        """A name that nothing has yet."""
        return f"{what}-{self.number()}"

    def number(self) -> int:
        """A number that was not given before."""
        self._count += 1
        return self._count

    def organization(self, id: str) -> dict:
        """Makes an organization with some of everything; what its admin shows."""
        self.post("/organizations", id=id)
        self.replenish(id)
        token = self.post("/tokens", name="its admin", organization=id, role="admin")
        self._protected.add(token["id"])
        return {"Authorization": f"Bearer {token['secret']}"}

    def replenish(self, id: str, many: int = 8) -> None:
        """Makes more of everything in an organization, and of what stands above them."""
        within = f"/organizations/{id}"
        # Fuzzing may have made it hard to please.
        self._change(within, default_profile="standard", strict_event_types=False)
        for name in EVENT_TYPES + [f"thing.{self.another('t')}" for _ in range(many)]:
            self._unless_there(f"{within}/event-types", name=name)
        for name in EVENT_TYPES:
            self._change(f"{within}/event-types/{name}", schema=None)
        for key in CHANNELS + [f"account:{self.another('c')}" for _ in range(many)]:
            self._unless_there(f"{within}/channels", key=key, label=key)
        for _ in range(many):
            self.post("/event-types", name=f"platform.{self.another('t')}")
        for at in range(many):
            path = "/refuse" if at % 2 else "/take"
            made = self.post(f"{within}/webhooks", url=f"{self.receiver.url}{path}")
            if at % 4 == 3:
                self.post(f"{within}/webhooks/{made['id']}/pause")
            name = self.another("someone")
            self.post(f"{within}/members", email=f"{name}@example.com", role="viewer")
            self.post(f"{within}/portal-links", name=name)
            self.post(f"{within}/tokens", name=name)
            self.post("/users", email=f"{name}-above@example.com")
            self.post("/tokens", name=name)
        for _ in range(3):
            self.sign_in(OPERATOR)
        for name in EVENT_TYPES:
            event = {"type": name, "channels": CHANNELS, "data": {"booking": {"id": name}}}
            self.bellwire.call("POST", f"{within}/events", json.dumps(event))
        self._inspectors(within)
        self._jobs(within)
        self._shop(within, many)
        self._await_attempts(within)

    def bought(self, within: str) -> list[tuple[str, str]]:
        """Who has bought which rate plan."""
        rows = self._list(f"{within}/developer-rate-plans")
        return [(row["developer"], row["rate_plan"]) for row in rows]

    def _inspectors(self, within: str) -> None:
        """Inspectors where something has arrived."""
        for _ in range(3):
            try:
                made = self.post(f"{within}/inspectors", name=self.another("inspector"))
            except Refused as refused:
                if refused.status == 409:
                    # There are as many as there may be.
                    return
                raise
            # The URL is on the public address, which is somebody else's here.
            path = urllib.parse.urlsplit(made["url"]).path
            for at in range(2):
                arrives = urllib.request.Request(
                    f"{self.bellwire.url}{path}/{at}", data=b"{}", method="POST"
                )
                urllib.request.urlopen(arrives, timeout=20).close()

    def _change(self, path: str, **body: object) -> None:
        self.bellwire.call("PATCH", path, json.dumps(body))

    def _jobs(self, within: str) -> None:
        """Jobs that take a minute, some of them paused; there is one at a time for a webhook."""
        for at in range(4):
            url = f"{self.receiver.url}/take"
            webhook = self.post(f"{within}/webhooks", url=url, event_types=["none"])["id"]
            # Held until they are cancelled, so that there is something to send again.
            self.post(f"{within}/webhooks/{webhook}/pause")
            event = {"type": EVENT_TYPES[0], "data": None, "webhooks": [webhook]}
            self.bellwire.call("POST", f"{within}/events", json.dumps([event] * 60))
            self.post(f"{within}/webhooks/{webhook}/cancel-pending")
            of_it = {"webhook": webhook, "states": ["cancelled"]}
            job = self.post(f"{within}/jobs", kind="resend", filter=of_it, per_second=1)
            if at % 2:
                self.post(f"{within}/jobs/{job['id']}/pause")

    def _shop(self, within: str, many: int) -> None:
        """Packages that developers have bought, with notifications."""
        webhooks = self.bellwire.call("GET", f"{within}/webhooks?limit=2")["items"]
        called = [webhook["id"] for webhook in webhooks]
        for _ in range(many):
            name = self.another("sold")
            email = f"{name}@example.com"
            package = self.post(f"{within}/packages", name=name, products=[PRODUCT])["id"]
            plan = self.post(f"{within}/rate-plans", package=package, name="a", published=True)
            bought = {"developer": email, "rate_plan": plan["id"]}
            self.post(f"{within}/developers", email=email, applications=[APPLICATION])
            self.post(f"{within}/developer-rate-plans", quota_target=100, **bought)
            condition = {"rate_plan": plan["id"], "thresholds": [80], "webhooks": called}
            self.post(f"{within}/notification-conditions", **condition)
            self.post(f"{within}/usage", records=[{"id": name, "count": 80, **bought}])

    def _unless_there(self, path: str, **body: object) -> None:
        try:
            self.post(path, **body)
        except Refused as refused:
            if refused.status != 409:
                raise

    def _await_attempts(self, within: str) -> None:
        """Some deliveries can be sent again only when they were tried."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            states = {delivery["state"] for delivery in self._deliveries(within)}
            if {"delivered", "pending"} <= states:
                return
            time.sleep(0.05)
        raise TimeoutError(f"no delivery of {within} was tried")

    def _deliveries(self, within: str) -> list[dict]:
        recent = self.bellwire.call("GET", f"{within}/events?limit=8")["items"]
        recent += self.bellwire.call("GET", f"{within}/events?state=pending&limit=8")["items"]
        found = {}
        for event in recent:
            shown = self.bellwire.call("GET", f"{within}/events/{event['id']}")
            found |= {delivery["id"]: delivery for delivery in shown["deliveries"]}
        return list(found.values())

    def sign_in(self, email: str) -> dict:
        """A new session: the headers that come with it."""
        body = json.dumps({"email": email, "password": PASSWORD})
        headers = {"content-type": "application/json"}
        with self.bellwire.send("POST", "/session", body, headers) as answer:
            cookie = answer.headers["set-cookie"].split(";")[0]
            return {"Cookie": cookie, "X-CSRF-Token": json.load(answer)["csrf_token"]}

    def somebody(self) -> dict:
        """A new user who has just signed in, whom nobody will miss."""
        email = f"{self.another('throw-away')}@example.com"
        self.post("/users", email=email, password=PASSWORD)
        return self.sign_in(email)

    def password_link(self) -> str:
        """A link with which somebody can choose a password, once."""
        made = self.post("/users", email=f"{self.another('forgetful')}@example.com")
        return made["password_link"].rsplit("/", 1)[1]

    def listed(self, path: str, parameter: str) -> list[str]:
        """What may stand for a parameter behind a path: the ids of what `GET path` lists."""
        if path.endswith("/deliveries"):
            # They are shown with their events.
            within = path.removeprefix("/api/v1").removesuffix("/deliveries")
            items = self._deliveries(within)
        else:
            items = self._list(path)
        # An organization also lists what is the platform's, and cannot change it.
        own = [it for it in items if "/organizations/" not in path or it.get("scope") != "platform"]
        ids = [item.get(parameter, item.get("id")) for item in own]
        return [str(id) for id in ids if id is not None and id not in self._protected]

    def _list(self, path: str) -> list[dict]:
        # As the operator, whose sessions are among what is listed.
        headers = {"authorization": basic(OPERATOR)}
        try:
            with self.bellwire.send("GET", quote(path), headers=headers) as answer:
                return rows(json.load(answer))
        except Refused:
            return []


def rows(answer: object) -> list[dict]:
    """The list in an answer, whatever it is called."""
    lists = [answer] if isinstance(answer, list) else []
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
    return [row for row in lists[0] if isinstance(row, dict)] if lists else []


def basic(email: str) -> str:
    """The header with which somebody calls."""
    return "Basic " + base64.b64encode(f"{email}:{PASSWORD}".encode()).decode()
