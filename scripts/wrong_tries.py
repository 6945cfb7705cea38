"""What a flood of wrong passwords, from many addresses, does to the ingest of events.

usage: wrong_tries.py BELLWIRE [PAIRS]

Starts the binary on a temporary database and posts 100 events a second, for 20 s at a time: without
and with 10 000 wrong sign-ins a minute, in turn. Every try comes from another client address, told
by `X-Forwarded-For` from a trusted proxy; half of them name a user that there is. Prints the time
to the 202, counted from when an event should have been sent, and the ratio of each pair. It is a
measurement and fails on nothing but a wrong answer: needs nothing but Python.
"""

import http.client
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from urllib.parse import urlsplit

from bellwire import Bellwire

SECONDS = 20
EVENTS_PER_S = 100
TRIES_PER_MIN = 10_000
# Each waits for its answer before it goes on.
GUESSERS = 4
KNOWN = "ann@example.com"


def connect(url: str) -> http.client.HTTPConnection:
    """A connection that is kept."""
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)


def ask(connection: http.client.HTTPConnection, path: str, body: dict, headers: dict) -> int:
    """Posts JSON; the status."""
    headers = {"content-type": "application/json"} | headers
    connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def paced(count: int, per_s: float):
    """The times at which to do something, when they have come."""
    start = time.monotonic()
    for at in range(count):
        due = start + at / per_s
        time.sleep(max(0.0, due - time.monotonic()))
        yield at, due


def guess(url: str, number: int, answers: multiprocessing.Queue) -> None:
    """Tries wrong passwords, in a process of its own so that it takes no time from the events."""
    chance = random.Random(number)
    connection = connect(url)
    statuses = Counter()
    per_s = TRIES_PER_MIN / 60 / GUESSERS
    for at, _ in paced(round(SECONDS * per_s), per_s):
        email = KNOWN if at % 2 else f"user{chance.random()}@example.com"
        address = ".".join(str(chance.randint(1, 250)) for _ in range(4))
        body = {"email": email, "password": f"a wrong password {chance.random()}"}
        statuses[ask(connection, "/session", body, {"x-forwarded-for": address})] += 1
    answers.put(statuses)


def ingest(bellwire: Bellwire) -> tuple[float, float]:
    """Posts events by the clock; p50 and p99 in milliseconds."""
    connection = connect(bellwire.url)
    headers = {"authorization": f"Bearer {bellwire.token}"}
    took_ms = []
    for at, due in paced(SECONDS * EVENTS_PER_S, EVENTS_PER_S):
        body = {"type": "booking.created", "data": {"number": at}}
        status = ask(connection, "/organizations/acme/events", body, headers)
        if status != 202:
            raise RuntimeError(f"an event was answered with {status}")
        took_ms.append((time.monotonic() - due) * 1000)
    hundredths = statistics.quantiles(took_ms, n=100)
    return hundredths[49], hundredths[98]


def flooded(bellwire: Bellwire) -> tuple[tuple[float, float], Counter]:
    """The same beside the flood, and what the tries were answered."""
    answers = multiprocessing.Queue()
    guessers = [
        multiprocessing.Process(target=guess, args=(bellwire.url, random.getrandbits(32), answers))
        for _ in range(GUESSERS)
    ]
    for guesser in guessers:
        guesser.start()
    took = ingest(bellwire)
    statuses = sum((answers.get(timeout=60) for _ in guessers), Counter())
    for guesser in guessers:
        guesser.join()
    return took, statuses


def main() -> None:
    """Measures."""
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory(dir="target") as folder:
        bellwire = Bellwire(sys.argv[1], folder, "server.trusted_proxies=127.0.0.1/32")
        try:
            bellwire.call("POST", "/organizations", json.dumps({"id": "acme"}))
            user = {"email": KNOWN, "password": "correct horse battery staple"}
            bellwire.call("POST", "/users", json.dumps(user))
            ingest(bellwire)
            ratios = []
            for _ in range(pairs):
                alone = ingest(bellwire)
                beside, statuses = flooded(bellwire)
                ratios.append(beside[1] / alone[1])
                tries = round(statuses.total() * 60 / SECONDS)
                print(
                    f"p50 {alone[0]:.2f} -> {beside[0]:.2f} ms, p99 {alone[1]:.2f} -> "
                    f"{beside[1]:.2f} ms ({ratios[-1]:.2f} times), {tries} tries a minute, "
                    f"answered {dict(statuses)}",
                    flush=True,
                )
            print(f"p99, median of the pairs: {statistics.median(ratios):.2f} times")
        finally:
            bellwire.close()


if __name__ == "__main__":
    main()
