"""The webhook receiver on real deliveries: those of the demo service, and those of whoever forges them."""

import asyncio
import json
import os
import stat
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.server import DemoServer
from replicate_tui.services import pace, webhook_listener, webhook_log
from replicate_tui.services.bundle import Services
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import RunOptions, RunRequest
from replicate_tui.services.webhook_judge import body_text, event_of, facts_of, verdict_of
from replicate_tui.services.webhook_receiver import WebhookReceiver
from replicate_tui.services.webhook_settings import checked_port, checked_public_url, hook_url
from replicate_tui.services.webhook_views import Delivery, Verdict
from tests.demo.models import GREETER
from tests.services.conftest import is_over, run
from tests.services.proxy import Proxy
from tests.services.test_trainings import destination, train, wish
from tests.support.waiting import wait_for

__all__ = ["destination"]

MakeDemo = Callable[..., DemoServer]
#: Published with the scheme (Standard Webhooks), and one of ours.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNED_AT = 1614265330.0
VECTOR = (
    ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
    ("webhook-timestamp", "1614265330"),
    ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
)
VECTOR_BODY = b'{"test": 2432232314}'


# -- signatures, without a socket -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "changes", "verdict"),
    [
        (SIGNED_AT, {}, Verdict.VALID),
        (SIGNED_AT + 299, {}, Verdict.VALID),
        (SIGNED_AT + 301, {}, Verdict.OLD),
        (SIGNED_AT - 301, {}, Verdict.EARLY),
        (SIGNED_AT, {"webhook-id": "msg_other"}, Verdict.WRONG),
        (SIGNED_AT + 301, {"webhook-timestamp": str(int(SIGNED_AT) + 301)}, Verdict.WRONG),
        (SIGNED_AT, {"webhook-timestamp": "1614265330.0"}, Verdict.WRONG),
        (SIGNED_AT, {"webhook-timestamp": "9" * 5000}, Verdict.WRONG),
        (SIGNED_AT, {"webhook-signature": "v1," + "A" * 43 + "="}, Verdict.WRONG),
        (SIGNED_AT, {"webhook-signature": "v1,AAAA " * 2000}, Verdict.WRONG),
        (SIGNED_AT, {"webhook-signature": f"v2,xx garbage {VECTOR[2][1]}"}, Verdict.VALID),
        (SIGNED_AT, {"webhook-signature": ""}, Verdict.MISSING),
        (SIGNED_AT, {"webhook-id": None}, Verdict.MISSING),
    ],
)
def test_verdicts(now: float, changes: dict[str, str | None], verdict: Verdict) -> None:
    headers = [(name, value) for name, value in {**dict(VECTOR), **changes}.items() if value is not None]
    assert verdict_of(headers, VECTOR_BODY, SECRET, now) is verdict


def test_a_signature_that_is_there_twice_or_of_another_body_is_wrong() -> None:
    assert verdict_of((*VECTOR, VECTOR[2]), VECTOR_BODY, SECRET, SIGNED_AT) is Verdict.WRONG
    assert verdict_of(VECTOR, b'{"test":2432232314}', SECRET, SIGNED_AT) is Verdict.WRONG
    assert verdict_of(VECTOR, VECTOR_BODY, None, SIGNED_AT) is Verdict.UNKNOWN


def body(**told: Any) -> bytes:
    return json.dumps({"id": "abc", "model": "acme/fog", "status": "processing", **told}).encode()


def test_events_are_guessed_from_what_came_since() -> None:
    told = [body(status="starting"), body(logs="a"), body(logs="a", output=["x"]), body(logs="a", output=["x", "y"])]
    told += [body(logs="ab", output=["x", "y"]), body(status="canceled")]
    before, events = None, []
    for each in told:
        facts, marks = facts_of(each)
        events.append(event_of(marks, before))
        before = marks
    assert events == ["start", "logs", "output", "output", "logs", "completed"]
    assert (facts.run_id, facts.model, facts.status) == ("abc", "acme/fog", "canceled")
    # One that comes late shows more than when it was sent; what was asked for leaves one event only.
    _, marks = facts_of(body(logs="a", output=["x"], webhook_events_filter=["completed", "start"]))
    assert event_of(marks, before) == "start"


@pytest.mark.parametrize(
    "odd", [b"", b"\xff\xfe", b"[]", b'{"id": 7}', b"NaN", b"[" * 100_000, b'{"id": "a"' + b"9" * 5000]
)
def test_what_is_no_run_is_shown_all_the_same(odd: bytes) -> None:
    facts, _ = facts_of(odd)
    assert facts.problem
    assert not facts.run_id
    assert isinstance(body_text(odd), str)


def test_bodies_are_read_with_their_indentation_and_obeyed_by_no_terminal() -> None:
    shown = body_text(body(logs="\x1b]0;mine\x07\x9b31m", model="\x1b[2J[/b]"))
    assert '\n  "id": "abc"' in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    facts, _ = facts_of(body(id="\x1b]0;mine\x07" * 500))
    assert "\x1b" not in facts.run_id
    assert len(facts.run_id) < 200


# -- what a person gives --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "http://fog.example.net",
        "ftp://x",
        "fog.example.net",
        "https://",
        "https://u:p@x.net",
        "https://[",
        "https://a b",
        "https://x.net/#here",
        "https://127.0.0.1:8787/",
        "http://127.0.0.1:8787/",
        "https://x.net:99999",
        "https://é.net",
    ],
)
def test_an_address_that_the_service_cannot_reach_is_refused(text: str) -> None:
    with pytest.raises(ServiceProblem) as refused:
        checked_public_url(text, is_demo=False)
    assert refused.value.kind is ProblemKind.INVALID


@pytest.mark.parametrize("text", ["not a url", "fog.example.net", "https://", "fog"])
def test_what_is_no_address_is_told_so(text: str) -> None:
    with pytest.raises(ServiceProblem, match="no web address"):
        checked_public_url(text, is_demo=False)


def test_addresses_and_ports_that_are_right() -> None:
    assert checked_public_url("  https://fog.example.net/hooks?job=17 ", is_demo=False).endswith("?job=17")
    assert checked_public_url("", is_demo=False) == ""
    assert checked_public_url("http://127.0.0.1:8787", is_demo=True) == "http://127.0.0.1:8787"
    assert hook_url("https://x.net/hooks/?job=17", "secret") == "https://x.net/hooks/secret?job=17"
    assert hook_url("https://x.net", "secret") == "https://x.net/secret"
    assert hook_url("https://x.net/secret", "secret") == "https://x.net/secret"
    assert [checked_port(text) for text in ("0", " 8787 ", "65535")] == [0, 8787, 65535]
    for wrong in ("80", "65536", "-1", "", "x", "٨٧٨٧", "1" * 9):
        with pytest.raises(ServiceProblem):
            checked_port(wrong)


# -- on the demo service --------------------------------------------------------------------------------------------


@pytest.fixture
async def receiver(services: Services) -> AsyncIterator[WebhookReceiver]:
    await services.webhooks.set_port(0)
    await services.webhooks.start()
    yield services.webhooks
    await services.webhooks.stop()


class Forger:
    """Posts whatever it likes to a receiver; it knows the secret when it is told."""

    def __init__(self, receiver: WebhookReceiver, secret: str) -> None:
        self.receiver = receiver
        self.secret = secret
        self._client = httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0, max_connections=40))

    async def post(self, body: bytes, id: str = "msg_1", *, shift: float = 0, **changes: str | None) -> int:
        from replicate_tui.api.webhooks import sign

        stamp = int(time.time() + shift)
        signed = {"id": id, "timestamp": str(stamp), "signature": sign(id, stamp, body, self.secret), **changes}
        headers = {f"webhook-{name}": value for name, value in signed.items() if value is not None}
        answer = await self._client.post(self.receiver.state.local_url, content=body, headers=headers)
        return answer.status_code

    @property
    def last(self) -> Delivery:
        return self.receiver.deliveries[-1]

    async def close(self) -> None:
        await self._client.aclose()


@pytest.fixture
async def forger(services: Services, receiver: WebhookReceiver) -> AsyncIterator[Forger]:
    client = await services.connection.client()
    forger = Forger(receiver, (await client.webhooks.default.secret.get()).key)
    yield forger
    await forger.close()


def of_run(receiver: WebhookReceiver, remote_id: str | None) -> list[Delivery]:
    return [each for each in receiver.deliveries if each.facts.run_id == remote_id]


async def test_runs_report_here_while_it_listens(services: Services, receiver: WebhookReceiver) -> None:
    assert receiver.state.has_secret
    assert receiver.state.hook_url == receiver.state.local_url
    await receiver.set_events(("completed", "start"))
    run = await services.runs.create(RunRequest(model="tests/streamer", input={"text": "a b"}), "one")
    await wait_for(is_over(services, run.id), "the end")
    await wait_for(lambda: len(of_run(receiver, run.remote_id)) == 2, "both deliveries")
    told = of_run(receiver, run.remote_id)
    assert {each.verdict for each in told} == {Verdict.VALID}
    assert sorted(each.facts.event for each in told) == ["completed", "start"]
    await wait_for(lambda: of_run(receiver, run.remote_id)[0].known_run == run.id, "it is known as ours")
    record = await services.runs.get(run.id)
    assert record.options["webhook"] == receiver.state.hook_url
    assert record.options["webhook_events"] == ["start", "completed"]
    # To run it again is to report to what listens then, which may be nothing.
    assert (await services.runs.request_of(record)).options == RunOptions()


async def test_a_run_is_left_alone_that_has_a_webhook_or_wants_none(
    services: Services, receiver: WebhookReceiver
) -> None:
    async def options(request: RunRequest) -> dict[str, Any]:
        return dict((await services.runs.create(request, repr(request))).options)

    plain = RunRequest(model="tests/greeter", input={"text": "a"})
    own = plain._replace(options=RunOptions(webhook="https://hooks.example.net/r"))
    assert (await options(own))["webhook"] == "https://hooks.example.net/r"
    off = await services.runs.create(plain._replace(options=RunOptions(receiver=False)), "off")
    assert off.options["webhook"] is None
    assert (await services.runs.request_of(off)).options.receiver is False
    await receiver.set_events(())
    assert (await options(plain))["webhook"] is None
    await receiver.set_events(("completed",))
    assert (await options(plain))["webhook"] == receiver.state.hook_url
    await receiver.stop()
    assert (await options(plain))["webhook"] is None


async def test_trainings_and_runs_on_deployments_report_too(
    services: Services, receiver: WebhookReceiver, destination: str
) -> None:
    training = await train(services, destination)
    await wait_for(lambda: of_run(receiver, training.remote_id), "the end of the training")
    await wait_for(lambda: of_run(receiver, training.remote_id)[0].known_run == training.id, "it is known as ours")
    told = of_run(receiver, training.remote_id)[0]
    assert (told.verdict, told.known_kind) == (Verdict.VALID, "training")
    assert (await services.trainings.request_of(await services.runs.get(training.id))).webhook is None
    quiet = await services.trainings.create(wish(destination)._replace(receiver=False), "quiet")
    assert quiet.options["webhook"] is None

    owner, _, _ = destination.partition("/")
    client = await services.connection.client()
    await client.deployments.create(
        name="told", model="tests/greeter", version=GREETER.version, hardware="cpu", min_instances=0, max_instances=1
    )
    request = RunRequest(model="tests/greeter", input={"text": "a"}, options=RunOptions(deployment=f"{owner}/told"))
    run = await services.runs.create(request, "deployment")
    await wait_for(lambda: of_run(receiver, run.remote_id), "the end of the run on a deployment")


async def test_a_valid_delivery_makes_the_tracker_ask_and_nothing_of_it_is_believed(
    services: Services, forger: Forger
) -> None:
    run = await services.runs.create(
        RunRequest(model="tests/cold", input={"text": "x"}, options=RunOptions(receiver=False)), "cold"
    )
    nudged: list[tuple[str, bool]] = []
    services.tracker.nudge = lambda run_id, *, at_once=False: nudged.append((run_id, at_once))  # type: ignore[method-assign]
    lie = json.dumps({"id": run.remote_id, "status": "succeeded", "output": "https://evil.test/x"}).encode()
    assert await forger.post(lie, signature="v1,AAAA") == 401
    assert await forger.post(lie) == 200
    await wait_for(lambda: forger.last.known_run == run.id, "it is known")
    assert nudged == [(run.id, True)]
    assert not (await services.runs.get(run.id)).is_final
    # What is told twice under one id is applied once; another event may wait for its turn.
    assert await forger.post(lie) == 200
    await wait_for(lambda: forger.last.known_run == run.id, "the repeat is known too")
    assert forger.last.repeats == 2
    assert await forger.post(body(id="zzz"), "msg_unknown") == 200
    assert len(nudged) == 1
    await services.runs.cancel(run.id)


async def test_a_nudge_brings_the_end_before_its_turn(
    services: Services, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from replicate_tui.services import pace

    for name in ("SHORTEST", "LONGEST"):
        monkeypatch.setattr(pace, name, {"prediction": 60.0, "training": 60.0})
    monkeypatch.setattr(pace, "BESIDE_STREAM", 60.0)
    run = await services.runs.create(RunRequest(model="tests/greeter", input={"text": "a"}), "quick")
    await wait_for(is_over(services, run.id), "the end, though the next question is a minute away")


async def test_nudges_are_followed_no_more_often_than_the_pace_allows(
    through: Services, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LONGEST", "SHORTEST"):
        monkeypatch.setattr(pace, name, {"prediction": 60.0, "training": 60.0})
    record = await run(through, "tests/cold", text="x")
    path = f"/predictions/{record.remote_id}"
    await wait_for(lambda: proxy.count("GET", path) == 1, "the first question, the next is a minute away")
    follower = through.tracker._watches[record.id]._follower
    monkeypatch.setattr(follower._pace, "_shortest", 0.3)
    for asked in (2, 3):
        started = time.monotonic()
        for _ in range(50):
            through.tracker.nudge(record.id)
        await wait_for(lambda: proxy.count("GET", path) == asked, "one more question")  # noqa: B023
    # The second came no sooner than the pace wants it after the first.
    assert time.monotonic() - started > 0.2
    assert proxy.count("GET", path) == 3
    through.tracker.nudge("nobody's run")
    await through.runs.cancel(record.id)
    await wait_for(is_over(through, record.id), "the end")


async def test_forged_late_and_unsigned_ones_are_listed_and_refused(forger: Forger) -> None:
    cases: list[tuple[int, Verdict, dict[str, Any]]] = [
        (200, Verdict.VALID, {}),
        (401, Verdict.WRONG, {"signature": "v1,AAAA"}),
        (401, Verdict.OLD, {"shift": -400}),
        (401, Verdict.EARLY, {"shift": 400}),
        (401, Verdict.MISSING, {"signature": None}),
        (401, Verdict.MISSING, {"timestamp": None}),
    ]
    for number, (status, verdict, changes) in enumerate(cases, 1):
        assert await forger.post(body(), f"msg_{number}", **changes) == status
        assert (forger.last.number, forger.last.verdict) == (number, verdict)
        assert forger.last.body == body()


async def test_order_repeats_and_what_comes_after_the_end(forger: Forger) -> None:
    end, middle = body(id="r1", status="succeeded"), body(id="r1", output="x")
    assert await forger.post(end, "msg_forged", signature="v1,AAAA") == 401
    for name, told in (("msg_a", middle), ("msg_forged", end), ("msg_c", middle), ("msg_forged", end)):
        assert await forger.post(told, name) == 200
    seen = [(each.facts.event, each.repeats, each.is_late) for each in forger.receiver.deliveries]
    # A forged one ends no run, and takes the place of no true one.
    assert seen[1:] == [
        ("output", None, False),
        ("completed", None, False),
        ("output", None, True),
        ("completed", 3, False),
    ]


async def test_a_flood_is_taken_and_the_oldest_give_way(forger: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_log, "MOST_DELIVERIES", 50)
    told = [forger.post(body(id=f"r{number}"), f"msg_{number}") for number in range(200)]
    answers = await asyncio.gather(*told)
    assert set(answers) == {200}
    state = forger.receiver.state
    assert (state.received, state.dropped, len(forger.receiver.deliveries)) == (200, 150, 50)
    assert [each.number for each in forger.receiver.deliveries] == list(range(151, 201))
    forger.receiver.forget([151, 152])
    assert len(forger.receiver.deliveries) == 48
    monkeypatch.setattr(webhook_log, "MOST_BYTES", 5_000)
    assert await forger.post(body(logs="x" * 4_000), "msg_large") == 200
    assert sum(len(each.body) for each in forger.receiver.deliveries) < 5_000
    assert await forger.post(body(id="r199"), "msg_199") == 200
    assert forger.last.repeats is not None


async def test_large_bodies_are_judged_off_the_loop_and_too_large_ones_refused(
    forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await forger.post(body(logs="x" * 3_000_000), "msg_large") == 200
    assert forger.last.verdict is Verdict.VALID
    monkeypatch.setattr(webhook_listener, "MOST_BODY_BYTES", 100_000)
    assert await forger.post(body(logs="x" * 100_000), "msg_huge") == 413
    assert forger.receiver.state.refused == 1
    assert "larger" in forger.receiver.state.last_refusal


async def test_an_unknown_secret_is_said_and_mended_later(own_demo: MakeDemo, house_on: Callable[..., Any]) -> None:
    demo = own_demo()
    services = await house_on(demo, "not the token").open()
    receiver = services.webhooks
    await receiver.set_port(0)
    await receiver.start()
    assert receiver.state.is_listening
    assert not receiver.state.has_secret
    assert "The signing secret is not known" in receiver.state.problem
    known = await house_on(demo).open(profile="other")
    secret = (await (await known.connection.client()).webhooks.default.secret.get()).key
    forger = Forger(receiver, secret)
    try:
        assert await forger.post(body()) == 200
        assert await forger.post(body(), "msg_2", timestamp="1") == 200
        assert [each.verdict for each in receiver.deliveries] == [Verdict.UNKNOWN] * 2

        async def client() -> Any:
            return await known.connection.client()

        services.connection._provider = client
        services.connection._client = None
        await receiver.learn_secret()
        assert receiver.state.has_secret
        assert [each.verdict for each in receiver.deliveries] == [Verdict.VALID, Verdict.WRONG]
    finally:
        await forger.close()


@pytest.mark.parametrize(
    ("fault", "verdicts", "refusal"),
    [
        ({"signature": "wrong"}, {Verdict.WRONG}, ""),
        ({"signature": "old"}, {Verdict.OLD}, ""),
        ({"signature": "future"}, {Verdict.EARLY}, ""),
        ({"repeat": 2}, {Verdict.VALID}, ""),
        ({"flood": 60}, {Verdict.VALID}, ""),
        ({"bytes_per_second": 4_000}, {Verdict.VALID}, ""),
        ({"headers": {"Origin": "https://evil.test"}}, set(), "web page"),
        ({"drop_headers": ["Host"]}, set(), "Host"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_the_demo_does_wrong_with_webhooks_is_seen_here(
    own_demo: MakeDemo,
    house_on: Callable[..., Any],
    fault: dict[str, Any],
    verdicts: set[Verdict],
    refusal: str,
) -> None:
    demo = own_demo()
    script = {"name": "x", "method": "POST", "path": "/v1/predictions", "run": {"webhooks": fault}}
    demo.service.faults.add(*rules_of([script]))
    services = await house_on(demo).open()
    receiver = services.webhooks
    await receiver.set_port(0)
    await receiver.start()
    made = await services.runs.create(RunRequest(model="tests/greeter", input={"text": "a"}), "one")
    least = 1 + fault.get("repeat", 0) + fault.get("flood", 0)
    if refusal:
        await wait_for(lambda: refusal in receiver.state.last_refusal, "the refusal")
    else:
        await wait_for(lambda: len(receiver.deliveries) >= least, "the deliveries")
    assert {each.verdict for each in receiver.deliveries} == verdicts
    # One that was refused is told again.
    assert any(each.repeats for each in receiver.deliveries) is ("repeat" in fault) or "signature" in fault
    # Whatever the webhooks say or do not say, the run is followed to its end.
    await wait_for(is_over(services, made.id), "the end")


async def test_the_secret_is_nowhere_but_in_memory_and_gone_after_a_stop(
    services: Services, forger: Forger, private_home: Path
) -> None:
    receiver = forger.receiver
    await services.runs.create(RunRequest(model="tests/greeter", input={"text": "a"}), "a")
    await wait_for(lambda: receiver.deliveries, "a delivery")
    key = forger.secret.removeprefix("whsec_").encode()
    assert key.decode() not in repr(receiver.state) + repr(receiver.deliveries) + repr(vars(receiver._kept))
    await receiver.stop()
    assert receiver._secret is None
    await services.close()
    files = [path for path in private_home.rglob("*") if stat.S_ISREG(os.lstat(path).st_mode)]
    assert files
    assert not [path for path in files if key in path.read_bytes()]


async def test_what_was_set_is_kept_for_the_profile(demo: DemoServer, house_on: Callable[..., Any]) -> None:
    first = (await house_on(demo).open()).webhooks
    await first.set_port(0)
    await first.set_events(("start",))
    await first.set_public_url("http://localhost:9999/fog?job=1")
    await first.start()
    address = first.state.hook_url
    assert address.startswith("http://localhost:9999/fog/")
    with pytest.raises(ServiceProblem):
        await first.set_public_url("nowhere")
    # Another copy of the app knows the same address, and says clearly that the port is taken.
    second = (await house_on(demo).open()).webhooks
    await second.set_port(first.state.port or 0)
    with pytest.raises(ServiceProblem, match=f"Port {first.state.port} is taken"):
        await second.start()
    assert not second.state.is_listening
    assert second.state.hook_url == address
    assert second.hook() is None
    await first.stop()
    await second.start()
    assert second.state.events == ("start",)
    # A port that is chosen while it listens is moved to.
    before = second.state.port
    await second.set_port(0)
    assert second.state.is_listening
    assert second.state.port != before


async def test_closing_the_services_stops_it(demo: DemoServer, house_on: Callable[..., Any]) -> None:
    services = await house_on(demo).open()
    await services.webhooks.set_port(0)
    await services.webhooks.start()
    url = services.webhooks.state.local_url
    await services.close()
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.post(url)
