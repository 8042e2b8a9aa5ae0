from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def test_the_merchants_channels_are_listed(call: Any) -> None:
    channels = await call.response("GET", "/users/pg")

    providers = [channel["pg_provider"] for channel in channels]
    assert providers[:3] == ["nice", "nice_v2", "kcp"]
    assert len(set(providers)) == len(providers)
    for channel in channels:
        assert list(channel) == [
            "pg_provider", "pg_id", "sandbox", "type", "channel_name", "channel_key"
        ]  # fmt: skip
        assert (channel["sandbox"], channel["type"]) == (True, "api_payment")


async def test_every_channel_that_is_listed_can_be_used(call: Any, card: Any) -> None:
    for channel in await call.response("GET", "/users/pg"):
        body = {**card, "channel_key": channel["channel_key"], "customer_id": "me"}
        key = await call.response(
            "POST", "/subscribe/customers/c", {**body, "customer_name": "홍길동"}
        )
        assert (key["pg_provider"], key["pg_id"]) == (channel["pg_provider"], channel["pg_id"])


async def test_channels_need_a_token(call: Any) -> None:
    assert (await call.http.get("/users/pg")).status_code == 401
