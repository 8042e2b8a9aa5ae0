"""Control routes about one merchant and its world."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fake_iamport.control.declaration import ControlError, Inputs, control, merchant_of
from fake_iamport.control.server import ResetResult, refusing_settings
from fake_iamport.domain.billing_key import GatewayKey
from fake_iamport.emulator import Emulator
from fake_iamport.merchants import Merchant
from fake_iamport.seed import World
from fake_iamport.settings import MerchantSettings, changed_settings

__all__ = [
    "change_merchant_settings",
    "create_merchant",
    "delete_merchant",
    "ledger",
    "merchant",
    "merchant_settings",
    "merchants",
    "reset_merchant",
    "revoke_token",
]


class Channel(msgspec.Struct):
    """One gateway that the merchant can use."""

    pg_provider: str
    pg_id: str
    channel_key: str


class MerchantView(msgspec.Struct):
    """A merchant, without its secret."""

    imp_key: str
    now: Annotated[int, Meta(description="The merchant's clock, in unix seconds.")]
    settings: MerchantSettings
    channels: list[Channel]


class NewMerchant(msgspec.Struct):
    """A merchant's credentials; the secret is shown this once."""

    imp_key: str
    imp_secret: str


class MerchantList(msgspec.Struct):
    """All merchants."""

    merchants: list[MerchantView]


class Ledger(msgspec.Struct):
    """Every key that the gateway issued to a merchant, oldest first."""

    keys: list[GatewayKey]


class OneMerchant(Inputs):
    """Which merchant."""

    imp_key: str


class CreateMerchant(Inputs):
    """What a new merchant is to be; credentials that aren't given are made up."""

    imp_key: Annotated[str, Meta(max_length=100, pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    imp_secret: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    settings: dict[str, Any] = {}
    seed_of: (
        Annotated[str, Meta(description="A merchant of the seed file, whose world it starts with.")]
        | None
    ) = None


class ChangeSettings(OneMerchant, forbid_unknown_fields=True):
    """The settings to change; the others stay."""

    settings: dict[str, Any]


@control("GET", "/merchants")
async def merchants(emulator: Emulator, inputs: Inputs) -> MerchantList:
    """List the merchants."""
    return MerchantList(merchants=[_view(merchant) for merchant in emulator.merchants])


@control("POST", "/merchants", status=201)
async def create_merchant(emulator: Emulator, inputs: CreateMerchant) -> NewMerchant:
    """Let a new merchant in, with a world of its own."""
    fresh_key, fresh_secret = emulator.fresh_credentials()
    imp_key, imp_secret = inputs.imp_key or fresh_key, inputs.imp_secret or fresh_secret
    world = None if inputs.seed_of is None else _world(emulator, inputs.seed_of)
    defaults = world.settings if world else emulator.settings.merchant
    if emulator.merchants.get(imp_key) is not None:
        message = f"there is a merchant with the imp_key {imp_key!r} already"
        raise ControlError(message, field="imp_key", status=409)
    with refusing_settings():
        settings = changed_settings(defaults, inputs.settings)
        created = emulator.add_merchant(imp_key, imp_secret, settings, world)
    await emulator.give_world(created)
    return NewMerchant(imp_key=imp_key, imp_secret=imp_secret)


@control("GET", "/merchants/{imp_key}")
async def merchant(emulator: Emulator, inputs: OneMerchant) -> MerchantView:
    """Show a merchant: its clock, settings and channels."""
    return _view(merchant_of(emulator, inputs.imp_key))


@control("DELETE", "/merchants/{imp_key}")
async def delete_merchant(emulator: Emulator, inputs: OneMerchant) -> MerchantView:
    """Let a merchant go, with all its records."""
    leaving = merchant_of(emulator, inputs.imp_key)
    if leaving is emulator.default_merchant:
        raise ControlError("the default merchant stays", field="imp_key", status=409)
    await emulator.remove_merchant(leaving)
    return _view(leaving)


@control("POST", "/merchants/{imp_key}/reset")
async def reset_merchant(emulator: Emulator, inputs: OneMerchant) -> ResetResult:
    """Give one merchant its world of the start, empty without a seed file; its token stays good."""
    resetting = merchant_of(emulator, inputs.imp_key)
    with refusing_settings():
        await emulator.reset(resetting)
    return ResetResult(reset=[resetting.imp_key])


@control("DELETE", "/merchants/{imp_key}/token")
async def revoke_token(emulator: Emulator, inputs: OneMerchant) -> ResetResult:
    """Let the merchant's token die now: the next call with it is 401, and getToken gives another."""
    owner = merchant_of(emulator, inputs.imp_key)
    async with emulator.store.transaction(owner.imp_key) as transaction:
        await transaction.delete_token()
    return ResetResult(reset=[owner.imp_key])


@control("GET", "/merchants/{imp_key}/settings")
async def merchant_settings(emulator: Emulator, inputs: OneMerchant) -> MerchantSettings:
    """Show a merchant's settings."""
    return merchant_of(emulator, inputs.imp_key).settings


@control("PATCH", "/merchants/{imp_key}/settings")
async def change_merchant_settings(emulator: Emulator, inputs: ChangeSettings) -> MerchantSettings:
    """Change some of a merchant's settings, from its next call on."""
    changing = merchant_of(emulator, inputs.imp_key)
    with refusing_settings():
        settings = changed_settings(changing.settings, inputs.settings)
        scenarios = emulator.scenarios_for(changing, settings)
    emulator.change_settings(changing, settings, scenarios)
    return changing.settings


@control("GET", "/merchants/{imp_key}/ledger")
async def ledger(emulator: Emulator, inputs: OneMerchant) -> Ledger:
    """Show the gateway's ledger: keys issued and deleted."""
    owner = merchant_of(emulator, inputs.imp_key)
    async with emulator.store.transaction(owner.imp_key) as transaction:
        return Ledger(keys=list(await transaction.gateway_keys()))


def _world(emulator: Emulator, imp_key: str) -> World | None:
    merchant = emulator.seeded_merchant(imp_key)
    if merchant is None:
        raise ControlError(f"the seed file has no merchant {imp_key!r}", field="seed_of")
    return merchant.world


def _view(merchant: Merchant) -> MerchantView:
    return MerchantView(
        imp_key=merchant.imp_key,
        now=merchant.clock.now(),
        settings=merchant.settings,
        channels=[
            Channel(profile.provider, profile.pg_id, profile.channel_key)
            for profile in merchant.channels()
        ],
    )
