"""Generated requests, aimed at what is there.

Random ids meet nothing, and random links, URLs and passwords are refused at once. So most cases get
seeded values in place of generated ones, by the name of the parameter or field; the others stay as
they were generated. Which is decided by the case alone, so that a seed gives the same run again.
"""

import hashlib
import random

from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation

from seeds import (
    APPLICATION,
    CHANNELS,
    EVENT_TYPES,
    OPERATOR,
    PASSWORD,
    PRODUCT,
    PROFILES,
    Seeds,
)

# What the document gives as examples of things that are there once.
EXAMPLES = {
    "acme",
    "account:cool",
    "ada@example.com",
    "ann@example.com",
    "ben@example.com",
    "booking.created",
    "booking-1001-created",
    "Location",
    "location",
    "location_adjustable",
    "req-1001",
}

# Headers that say where a request ends. When they are nonsense there is no request: the HTTP library
# answers 400 without a body and hangs up, before the API sees anything.
FRAMING = ["content-length", "transfer-encoding"]

# Parts of paths that no list has.
PARTS = {
    # The number of an attempt.
    "n": ["1"],
    # What every developer has, and every package, and the only one there is.
    "application": [APPLICATION],
    "product": [PRODUCT],
    "trigger": ["RATEPLANQUOTAUSAGE"],
}

# In so many of all cases something that is there is named.
SHARE = 0.8


class Aim:
    """Puts what is there into cases, of one organization."""

    def __init__(self, seeds: Seeds, organizations: list[str]) -> None:
        self._seeds = seeds
        self._organizations = organizations
        self._listed: dict[tuple[str, str], list[str]] = {}
        # Of these there was nothing; more of everything has been made once, and no oftener.
        self._missed: set[str] = set()
        self._operation = ""
        self._changed = False

    def at(self, case: Case) -> None:
        """Changes a case that is about to be sent."""
        if case.operation.label != self._operation:
            if self._changed:
                # What was called before may have made or taken away something.
                self._listed.clear()
            self._operation = case.operation.label
            self._changed = case.operation.method.upper() != "GET"
        for name in FRAMING:
            case.headers.pop(name, None)
        generated = repr((case.operation.label, case.path_parameters, case.query, case.body))
        chance = random.Random(hashlib.blake2b(generated.encode()).digest())
        if chance.random() >= SHARE:
            return
        if not is_negative(case, ParameterLocation.PATH):
            self._path(case, chance)
        if not is_negative(case, ParameterLocation.QUERY):
            for name in case.query:
                values = self._values(case, name)
                if values and not isinstance(case.query[name], list):
                    case.query[name] = chance.choice(values)
        if "Idempotency-Key" in case.headers:
            # With that of another request it would be refused.
            case.headers["Idempotency-Key"] = f"key-{chance.getrandbits(64)}"
        for body in case.body if isinstance(case.body, list) else [case.body]:
            if not isinstance(body, dict):
                continue
            if case.method == "POST":
                self._anew(body)
            if not is_negative(case, ParameterLocation.BODY):
                self._body(case, body, chance)
                if case.path.startswith("/v1/mint/"):
                    self._monetization(case, body, chance)
                self._records(case, body, chance)

    def _anew(self, body: dict) -> None:
        """What must be new is not always the document's example, which the first case made."""
        for name in ("id", "key", "name", "email"):
            if isinstance(body.get(name), str) and body[name] in EXAMPLES:
                before, at, after = body[name].partition("@")
                body[name] = f"{before}{self._seeds.number()}{at}{after}"

    def _monetization(self, case: Case, body: dict, chance: random.Random) -> None:
        """Fields of the monetization API that say a thing twice, or have a grammar."""
        if "name" in body and "displayName" in body:
            body["displayName"] = body["name"]
        if "email" in body and "id" in body:
            body["id"] = body["email"]
        within = f"/api/v1/organizations/{case.path_parameters.get('org')}"
        plans = self._ids(f"{within}/rate-plans", "id")
        if plans and "ratePlan" in body:
            plan = chance.choice(plans)
            body["ratePlan"] = {"id": plan} if isinstance(body["ratePlan"], dict) else plan
        if plans and body.get("notificationCondition"):
            percent = chance.randint(1, 150)
            body["notificationCondition"] = [
                {"attribute": "RATEPLAN", "value": chance.choice(plans)},
                {"attribute": "PUBLISHED", "value": "TRUE"},
                {"attribute": "UsageTarget", "value": f"%= {percent}"},
            ]
        webhooks = self._ids(f"{within}/webhooks", "id")
        if webhooks and body.get("actions"):
            called = {"actionAttribute": "WEBHOOK", "value": chance.choice(webhooks)}
            body["actions"] = [called]
        for name in ("startDate", "endDate"):
            # A text has to be a date; and who buys something has not left yet.
            if name in body:
                body[name] = "2026-11-01" if name == "startDate" else None
        if "developer" in body and "email" in case.path_parameters:
            body["developer"] = {"id": case.path_parameters["email"]}

    def _records(self, case: Case, body: dict, chance: random.Random) -> None:
        """Usage of what somebody has bought, now."""
        bought = self._seeds.bought(f"/api/v1/organizations/{case.path_parameters.get('org')}")
        for record in body.get("records") or []:
            if isinstance(record, dict) and bought:
                plan = "ratePlan" if case.path.startswith("/v1/mint/") else "rate_plan"
                record["developer"], record[plan] = chance.choice(bought)
                record["id"] = f"record-{chance.getrandbits(64)}"
                record["application"] = APPLICATION
                record["time"] = None

    def _path(self, case: Case, chance: random.Random) -> None:
        path = ""
        for segment in case.path.strip("/").split("/"):
            if segment.startswith("{"):
                name = segment.strip("{}")
                values = self._ids(path, name)
                if values:
                    case.path_parameters[name] = chance.choice(values)
                segment = str(case.path_parameters.get(name, segment))
            path += f"/{segment}"

    def _ids(self, path: str, name: str) -> list[str]:
        if path.endswith("/organizations"):
            return self._organizations
        if name in PARTS:
            return PARTS[name]
        if "/test" in path and name in ("email", "plan"):
            # What a sample is about is listed elsewhere.
            within = path.split("/webhooks/")[0].replace("/v1/mint/", "/api/v1/", 1)
            noun, key = ("developers", name) if name == "email" else ("rate-plans", "id")
            return self._ids(f"{within}/{noun}", key)
        if (path, name) not in self._listed:
            found = self._seeds.listed(path, name)
            kind = path.rsplit("/", 1)[-1]
            if not found and kind not in self._missed:
                # What was called before took the last ones away.
                self._missed.add(kind)
                organization = path.removeprefix("/api/v1/organizations/").split("/")[0]
                known = organization in self._organizations
                self._seeds.replenish(organization if known else self._organizations[0], 2)
                found = self._seeds.listed(path, name)
            self._listed[path, name] = found
        return self._listed[path, name]

    def _body(self, case: Case, body: dict, chance: random.Random) -> None:
        for name in body:
            # A JSON Schema has fields that are called the same and mean something else.
            if isinstance(body[name], dict) and name != "schema":
                self._body(case, body[name], chance)
            values = self._values(case, name)
            if not values or body[name] is None:
                continue
            if isinstance(body[name], list):
                most = min(3, len(values))
                body[name] = chance.sample(values, chance.randint(0, most))
            elif isinstance(body[name], str):
                body[name] = chance.choice(values)

    def _values(self, case: Case, name: str) -> list[str]:
        """What may stand for a field or a parameter of the query with this name."""
        within = f"/api/v1/organizations/{self._organizations[0]}"
        if "{org}" in case.path:
            within = f"/api/v1/organizations/{case.path_parameters.get('org')}"
        match name:
            case "url" | "postURL" | "postUrl":
                return [f"{self._seeds.receiver.url}/take"]
            case "webhook" | "webhooks":
                return self._ids(f"{within}/webhooks", "id")
            case "developer":
                return self._ids(f"{within}/developers", "email")
            case "package":
                return self._ids(f"{within}/packages", "id")
            case "rate_plan":
                return self._ids(f"{within}/rate-plans", "id")
            case "type" if case.path.startswith("/v1/mint/"):
                return ["USAGE_TARGET"]
            case "durationType":
                return ["MONTH"]
            case "type":
                return EVENT_TYPES
            case "event_types":
                return [*EVENT_TYPES, "booking.*"]
            case "channel" | "channels":
                return CHANNELS
            case "profile" | "default_profile":
                return PROFILES
            case "organization":
                return self._organizations
            case "embed_origins":
                return ["https://app.example.com", "https://example.com:8443"]
            case "email" if case.path.endswith("/session"):
                return [OPERATOR]
            case "password" | "current_password":
                return [PASSWORD]
            case "new_password":
                return [f"another {PASSWORD}"]
            case "link" if "setup" in case.path:
                return [self._seeds.setup_link]
            case "link":
                return [self._seeds.password_link()]
        return []


def is_negative(case: Case, location: ParameterLocation) -> bool:
    """Whether this part of a case breaks the document on purpose."""
    return case.meta is not None and case.meta.is_negative_at(location)
