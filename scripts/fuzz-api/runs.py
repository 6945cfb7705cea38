"""One run: some operations, by one caller, through schemathesis; and what became of them."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import schemathesis
from schemathesis import engine
from schemathesis.engine import Status, events
from schemathesis.schemas import APIOperation

from aim import Aim

# What every answer is held to. Not among them:
# - `positive_data_acceptance`: rules go beyond what a schema can say (a password that is easy to
#   guess, two fields that exclude each other, a cursor that must be one of ours), so a request that
#   fits the document may well get a 422.
# - `use_after_free`, `ensure_resource_availability`: for sequences of calls; here each case is on
#   its own, among things that others take away meanwhile.
# - `object_level_authorization`: the matrix test of crates/web has every route and every role.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]


@dataclass(frozen=True)
class Failure:
    """An answer that is not as the document says."""

    operation: str
    check: str
    title: str
    # In a line: the rest differs from case to case.
    gist: str


@dataclass
class Findings:
    """What all runs found."""

    # By operation and caller, what was answered how often.
    answers: dict[str, dict[str, Counter]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Counter))
    )
    # The first of each kind: who called, the message, the request to see it with.
    failures: dict[Failure, tuple[str, str, str]] = field(default_factory=dict)
    # What went wrong in the fuzzing itself.
    errors: list[str] = field(default_factory=list)
    requests: Counter = field(default_factory=Counter)


@dataclass
class Plan:
    """How a run is made."""

    url: str
    seed: int
    # Random cases for an operation, beside those that walk along the edges of its schema.
    examples: int
    aim: Aim


def operation_id(operation: APIOperation) -> str:
    """What the document calls it."""
    return operation.schema.get_operation_id(operation)


def right(operation: APIOperation) -> str:
    """The right that an operation says it needs."""
    return operation.definition.raw["x-required-right"]


def run(
    plan: Plan,
    findings: Findings,
    caller: str,
    headers: Callable[[schemathesis.Case], dict] | None,
    chosen: Callable[[APIOperation], bool],
    edges: bool = True,
) -> None:
    """Calls the chosen operations with what a caller shows; `edges` of the schema too, or not."""
    schema = schemathesis.openapi.from_url(f"{plan.url}/openapi.json", config=config(plan, edges))
    schema = schema.include(func=lambda context: chosen(context.operation))
    if headers is not None:

        @schema.auth(refresh_interval=None)
        class Shown:
            def get(self, case: schemathesis.Case, _: object) -> dict:
                return headers(case)

            def set(self, case: schemathesis.Case, data: dict, _: object) -> None:
                case.headers.update(data)

    schemathesis.hooks.unregister_all()

    @schemathesis.hook
    def before_call(_: object, case: schemathesis.Case, **__: object) -> None:
        plan.aim.at(case)

    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            note(findings, caller, event.recorder)
        elif isinstance(event, events.NonFatalError):
            findings.errors.append(f"{event.label} as {caller}: {event.info.format()}")
        elif isinstance(event, events.FatalError):
            raise event.exception


def config(plan: Plan, edges: bool) -> schemathesis.Config:
    """What schemathesis is told. Nothing is learnt from answers: a seed is to give the same again."""
    phase = {"operation-ordering": "none", "extra-data-sources": {"responses": False}}
    return schemathesis.Config.from_dict(
        {
            "seed": plan.seed,
            "workers": 1,
            "continue-on-failure": True,
            "request-timeout": 20,
            "generation": {
                "max-examples": plan.examples,
                "database": "none",
                # A failure is shown as it came; making it small takes longer than looking at it.
                "no-shrink": True,
            },
            "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
            "phases": {
                "examples": phase,
                "coverage": phase | {"enabled": edges},
                "fuzzing": phase | {"error-feedback": {"enabled": False}},
                # The document has no links to walk along.
                "stateful": {"enabled": False},
            },
        }
    )


def note(findings: Findings, caller: str, recorder: engine.recorder.ScenarioRecorder) -> None:
    """Adds what an operation answered."""
    for id, interaction in recorder.interactions.items():
        findings.requests[caller] += 1
        node = recorder.cases[id]
        # Some cases ask with another method; and checks send requests of their own.
        is_own = node.parent_id is None and node.value.method == node.value.operation.method.upper()
        if is_own and interaction.response is not None:
            answers = findings.answers[recorder.label][caller]
            answers[interaction.response.status_code] += 1
    for checks in recorder.checks.values():
        for check in checks:
            if check.status != Status.FAILURE:
                continue
            found = check.failure_info.failure
            # To be told to wait is a refusal too: after ten wrong passwords nobody looks at more.
            if check.name == "ignored_auth" and "got `429 " in found.message:
                continue
            gist = found.message.partition("\n")[0]
            failure = Failure(recorder.label, check.name, found.title, gist)
            shown = (caller, found.message, check.failure_info.code_sample)
            findings.failures.setdefault(failure, shown)
