"""Do Bellwire's signatures verify with a library that somebody else wrote, in another language?

usage: check.py BELLWIRE

Starts the binary on a temporary database, makes a webhook of every profile, posts events over the
API, and lets the library judge what arrives: as it came, during and after a rotation of the
secret, and altered, when it must refuse. Prints one line for each check and exits with 1 when one
failed.
"""

import json
import sys
import tempfile
from dataclasses import replace

from bellwire import Bellwire
from receiver import Receiver, Request, refusal

ORGANIZATION = "interop"

# What a careless sender would change: number spelling, order, escapes, letters beyond ASCII.
DATA = (
    '{"z": 1.10, "a": 12345678901234567890, "price": 1e2, "nothing": null, "id": 7,'
    ' "text": "Grüße, 東京 🚀 \\u00e9 \\"quoted\\" \\/", "deep": [[{"b": [], "a": {}}]]}'
)

# Each gets only what is addressed to it: it listens to a type that is never sent, or is direct.
PROFILES = {
    "standard": {"event_types": ["none"]},
    "advocate": {"event_types": ["none"]},
    "eventinsight": {"event_types": ["none"]},
    "wink": {"event_types": ["none"], "channels": ["account:cool"]},
    "apigee": {"name": "Quota watch", "direct": True},
}


class Organization:
    """Calls of the API within the organization."""

    def __init__(self, bellwire: Bellwire) -> None:
        self._bellwire = bellwire
        bellwire.call("POST", "/organizations", json.dumps({"id": ORGANIZATION}))

    def call(self, method: str, path: str, body: str | None = None) -> dict:
        """Calls what is in it."""
        return self._bellwire.call(method, f"/organizations/{ORGANIZATION}{path}", body)

    def secrets(self, webhook: str) -> list[str]:
        """The secrets that sign now, newest first."""
        answer = self.call("GET", f"/webhooks/{webhook}/secret")
        return [secret["secret"] for secret in answer["secrets"]]

    def post(self, webhook: str) -> str:
        """Posts an event that is addressed to a webhook; its id."""
        event = f'{{"type": "user.update", "channels": ["account:cool"], "data": {DATA},'
        event += f' "webhooks": ["{webhook}"]}}'
        return self.call("POST", "/events", event)["id"]


def check(what: str, expected: bool, secret: str, request: Request) -> bool:
    """Lets the library judge; prints and gives whether it judged as expected."""
    why = refusal(secret, request)
    good = (why is None) == expected
    print(f"{'ok    ' if good else 'FAILED'} {what}: {why or 'accepted'}")
    return good


def run(organization: Organization, receiver: Receiver) -> bool:
    """All checks; whether all went well."""
    good = True
    for profile, settings in PROFILES.items():
        path = f"/{profile}"
        body = {"url": receiver.url + path, "profile": profile}
        made = organization.call("POST", "/webhooks", json.dumps(body | settings))
        webhook = made["id"]
        [old] = organization.secrets(webhook)
        request = receiver.wait(path, organization.post(webhook))
        good &= check(f"{profile}, as it came", True, old, request)
        json.loads(request.body)

        organization.call("POST", f"/webhooks/{webhook}/secret/rotate", '{"grace_s": 3600}')
        new = organization.secrets(webhook)[0]
        good &= check(f"{profile}, before the rotation, new secret", False, new, request)
        request = receiver.wait(path, organization.post(webhook))
        good &= check(f"{profile}, in the grace period, old secret", True, old, request)
        good &= check(f"{profile}, in the grace period, new secret", True, new, request)

        organization.call("POST", f"/webhooks/{webhook}/secret/rotate", '{"grace_s": 0}')
        request = receiver.wait(path, organization.post(webhook))
        newest = organization.secrets(webhook)[0]
        good &= check(f"{profile}, after it, newest secret", True, newest, request)
        good &= check(f"{profile}, after it, oldest secret", False, old, request)

        altered = replace(request, body=request.body.replace(b"7", b"8", 1))
        good &= check(f"{profile}, altered body", False, newest, altered)
        for name in ("webhook-id", "webhook-timestamp"):
            value = request.headers[name]
            other = value[:-1] + ("1" if value[-1] != "1" else "2")
            altered = replace(request, headers=request.headers | {name: other})
            good &= check(f"{profile}, altered {name}", False, newest, altered)
    return good


def main() -> int:
    """Runs everything; the exit code."""
    receiver = Receiver()
    with tempfile.TemporaryDirectory() as folder:
        bellwire = Bellwire(sys.argv[1], folder)
        try:
            good = run(Organization(bellwire), receiver)
        finally:
            bellwire.close()
            receiver.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
