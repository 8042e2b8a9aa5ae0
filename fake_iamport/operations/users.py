"""Tag ``users``: what the merchant has set up."""

from typing import Literal

import msgspec

from fake_iamport.operations.declaration import Call, operation
from fake_iamport.wire.parameters import Parameters

__all__ = ["get_pg_setting_list"]


class PgSetting(msgspec.Struct, kw_only=True, gc=False):
    """One gateway that the merchant can use, as a channel (spec; the order of the keys: guess)."""

    pg_provider: str
    pg_id: str
    sandbox: bool
    type: Literal["payment", "api_payment", "certification"]
    channel_name: str
    channel_key: str


@operation("getPgSettingList", "GET", "/users/pg")
async def get_pg_setting_list(
    call: Call,
    parameters: Parameters,
) -> list[PgSetting]:
    """List the merchant's channels: one for every gateway that is pretended, all of them for tests.

    The description names no 401 here; a token is needed all the same, because nothing else says
    whose channels are asked for (guess). That channels for charges through the API are of the type
    ``api_payment`` is the description's; their names are made up.
    """
    return [
        PgSetting(
            pg_provider=profile.provider,
            pg_id=profile.pg_id,
            sandbox=True,
            type="api_payment",
            channel_name=f"{profile.provider} test channel",
            channel_key=profile.channel_key,
        )
        for profile in call.merchant.channels()
    ]
