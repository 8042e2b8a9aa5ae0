"""A server that stops in the middle of whatever a rule does ends at once, and says nothing of it."""

import logging
import threading

import pytest

from tests.fake_iamport.scenario.served import LOOPS, PATIENCE, order, served

FAULTS = [
    "delay: {before_commit: 60}",
    "delay: {after_commit: 60}",
    "delay: {before_commit: 60, after_commit: 60}",
    "delay: {before_commit: until_client_gives_up}",
    "delay: {after_commit: until_client_gives_up}",
    "drip: {seconds: 60}",
    "drip: {seconds: 0, stop_after: 3}",
    "delay: {before_commit: 60}, drip: {seconds: 60}",
    "delay: {after_commit: 60}, drip: {seconds: 60}",
    "delay: {before_commit: 60}, break: before_answer",
    "delay: {after_commit: 60}, garbage: {}",
]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("fault", FAULTS)
def test_it_stops(caplog: pytest.LogCaptureFixture, fault: str, loop: str) -> None:
    waits = "before_commit" in fault
    with served(loop) as server:
        server.server.config.timeout_graceful_shutdown = 0
        loaded = server.rule("{operation: onetime}", f"{{{fault}}}")
        with server.talk() as talk:
            talk.ask("POST", "/subscribe/payments/onetime", server.token, order())
            server.await_rule(loaded)
            if not waits:
                server.await_payment()
            stop = threading.Thread(target=server.fake._running.stop, daemon=True)
            stop.start()
            heard = talk.hear()
            stop.join(PATIENCE)
            assert not stop.is_alive()

    assert heard.end in ("eof", "reset")
    assert not heard.data.startswith(b"HTTP/1.1 500")
    line = list(server.emulator.journal)[-1]
    assert line.status == (503 if waits else 200)
    if "drip" not in fault or "delay" in fault:
        assert line.fault is not None
        assert line.fault.endswith("cut short, because the emulator stopped")
    messages = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert all(message.startswith("Cancel 1 running task") for message in messages), messages
