"""The whole API, fuzzed from its own OpenAPI document with schemathesis.

usage: fuzz.py BELLWIRE

Starts the binary on a temporary database and calls every operation without credentials, as an
organization's admin (a token) and as an operator (e-mail address and password), on ids that are
there and on others. It fails on a 5xx, on an answer that the document does not allow, and when less
than 95 % of the operations were ever answered with a 2xx.

What takes something away (credentials, sessions, organizations) comes last, in organizations that
are there to be thrown away. BELLWIRE_FUZZ_SEED chooses other cases than every day's, and
BELLWIRE_FUZZ_EXAMPLES how many random ones each operation gets.
"""

import json
import os
import re
import sys
import tempfile
import time
import urllib.request

from schemathesis import Case
from schemathesis.schemas import APIOperation

from aim import Aim
from bellwire import Bellwire
from runs import Findings, Plan, operation_id, right, run
from seeds import OPERATOR, Receiver, Seeds, basic

# Of the operations, so many must be answered with a 2xx to somebody.
REACHED_PERCENT = 95

CALLERS = ["nobody", "admin", "operator"]

# It works only where nobody can sign in yet, so it comes before everything else.
FIRST = "set_up"
# It takes everything else with it.
LAST = "delete_organization"


def takes_away(operation: APIOperation) -> bool:
    """Whether an operation deletes, or ends, what others need."""
    words = r"delete|remove|revoke|end|sign_out|change_password"
    is_named_so = re.match(rf"({words})(_|$)", operation_id(operation))
    return operation.method.upper() == "DELETE" or is_named_so is not None


def caller_of(operation: APIOperation) -> str:
    """The least of the callers who is let in."""
    if right(operation) == "none":
        return "nobody"
    return "operator" if right(operation).startswith("platform") else "admin"


def fuzz(bellwire: Bellwire, receiver: Receiver, seed: int, examples: int) -> Findings:
    """All runs."""
    findings = Findings()
    seeds = Seeds(bellwire, receiver, bellwire.line("First operator ").rsplit("/", 1)[1])

    def go(aim: Aim, caller: str, headers, chosen, edges: bool = True) -> None:
        start = time.monotonic()
        before = findings.requests.total()
        # The same requests again would mostly find that what they make is there already.
        plan = Plan(bellwire.url, seed + CALLERS.index(caller), examples, aim)
        run(plan, findings, caller, headers, chosen, edges)
        requests = findings.requests.total() - before
        if requests:
            print(f"{caller}: {requests} requests in {time.monotonic() - start:.0f} s", flush=True)

    go(Aim(seeds, ["none"]), "nobody", None, lambda it: operation_id(it) == FIRST)
    seeds.operator()

    def in_organization(names: list[str], chosen) -> None:
        """As everybody; each finds everything there, whatever was done before."""
        admin = seeds.organization(names[0])
        aim = Aim(seeds, names)
        shown = {"nobody": None, "admin": lambda _: admin, "operator": operator}
        for caller, headers in shown.items():
            if caller != "nobody":
                seeds.replenish(names[0])
            # Whoever is let in by more than one right has the edges of the schema tried once only.
            go(aim, caller, headers, lambda it: chosen(it) and caller_of(it) == caller)
            others = lambda it: chosen(it) and caller_of(it) not in (caller, "nobody")
            go(aim, caller, headers, others, edges=False)

    def operator(case: Case) -> dict:
        # Who is the operator must stay signed in, with the password that is known.
        own = case.path.startswith("/api/v1/session") and not case.path.startswith("/api/v1/sessions")
        if own and takes_away(case.operation):
            return seeds.somebody()
        return {"Authorization": basic(OPERATOR)}

    in_organization(
        ["acme"], lambda it: not takes_away(it) and operation_id(it) not in (FIRST, LAST)
    )
    in_organization(["throw-away"], lambda it: takes_away(it) and operation_id(it) != LAST)
    doomed = [f"doomed-{at}" for at in range(20)]
    for name in doomed[1:]:
        seeds.post("/organizations", id=name)
    in_organization(doomed, lambda it: operation_id(it) == LAST)
    return findings


def report(findings: Findings, operations: set[str]) -> bool:
    """Prints what was found; whether all is well."""
    reached = 0
    for operation in sorted(operations, key=lambda it: it.split()[::-1]):
        callers = findings.answers.get(operation, {})
        good = {
            f"{status} {caller}"
            for caller, answers in callers.items()
            for status in answers
            if 200 <= status < 300
        }
        reached += bool(good)
        statuses = sorted({status for answers in callers.values() for status in answers})
        print(f"{'ok    ' if good else 'NO 2xx'} {operation}: {', '.join(sorted(good)) or statuses}")
    percent = 100 * reached / len(operations)
    print(f"{reached} of {len(operations)} operations answered with a 2xx ({percent:.1f} %)")
    for error in findings.errors:
        print(f"\nERROR {error}")
    for failure, (caller, message, sample) in findings.failures.items():
        print(f"\nFAILED {failure.operation} as {caller}: {failure.check}: {failure.title}")
        print(f"{message}\n{sample}")
    print(f"{findings.requests.total()} requests, {len(findings.failures)} failures")
    return percent >= REACHED_PERCENT and not findings.failures and not findings.errors


def operations_of(bellwire: Bellwire) -> set[str]:
    """All there are."""
    with urllib.request.urlopen(f"{bellwire.url}/openapi.json", timeout=20) as answer:
        document = json.load(answer)
    return {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "put", "post", "delete", "patch", "head", "options")
    }


def main() -> int:
    """Runs everything; the exit code."""
    seed = int(os.environ.get("BELLWIRE_FUZZ_SEED", "1"))
    examples = int(os.environ.get("BELLWIRE_FUZZ_EXAMPLES", "5"))
    print(f"seed {seed}, {examples} random cases for each operation and caller", flush=True)
    receiver = Receiver()
    with tempfile.TemporaryDirectory() as folder:
        bellwire = Bellwire(sys.argv[1], folder, "server.public_url=https://hooks.example.com")
        try:
            findings = fuzz(bellwire, receiver, seed, examples)
            operations = operations_of(bellwire)
        finally:
            bellwire.close()
            receiver.close()
    return 0 if report(findings, operations) else 1


if __name__ == "__main__":
    sys.exit(main())
