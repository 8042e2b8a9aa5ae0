"""What can be set, declared once: the command line, the environment and the control API follow.

:class:`MerchantSettings` are one merchant's and can be changed while the server runs;
:class:`Settings` are the server's and can't.
"""

import re
import typing
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fake_iamport.gateway.failures import parse_failure
from fake_iamport.gateway.profiles import profiles
from fake_iamport.plain_words import complaint_and_place, in_plain_words
from fake_iamport.suggestions import did_you_mean
from fake_iamport.webhooks.targets import canonical_host, read_target

if TYPE_CHECKING:
    from fake_iamport.scenario.scenario import Scenario

__all__ = [
    "PUBLIC_SANDBOX_KEY",
    "PUBLIC_SANDBOX_SECRET",
    "MerchantSettings",
    "Settings",
    "SettingsError",
    "changed_settings",
    "open_scenarios",
]

PUBLIC_SANDBOX_KEY = "imp_apikey"
"""The API key of i'mport's public sandbox merchant (docs): the default merchant's."""

PUBLIC_SANDBOX_SECRET = (
    "ekKoeW8RyKuT0zgaZsUtXXTLQ4AhPFW3ZGseDA6bkA5lamv9OqDMnxyeB9wqOsuO9W3Mx9YSJ4dTqJ3f"  # noqa: S105
)
"""Its API secret, as public as the key (docs)."""


_DEFAULT_PG = "nice"

_AN_ORDER = {"metavar": "OPERATION=FAILURE", "example": "onetime=limit_exceeded"}


class SettingsError(ValueError):
    """A setting that can't be: ``field`` says which, the text what was expected.

    ``line`` and ``column`` count from 1, where it is a scenario's file that has the mistake.
    """

    def __init__(
        self, field: str, message: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.field = field
        self.line = line
        self.column = column


def _check_gateway(provider: str) -> None:
    # The default needs no look into the gateways' file, which a start can do without.
    if provider != _DEFAULT_PG and provider not in profiles():
        raise SettingsError(
            "default_pg",
            f"there is no gateway {provider!r}; known are {', '.join(profiles())}"
            f"{did_you_mean(provider, profiles())}",
        )


def _check_types(settings: msgspec.Struct) -> None:
    """msgspec checks what it reads, but not what is made in Python."""
    for name, hint in _hints(type(settings)).items():
        try:
            msgspec.convert(getattr(settings, name), hint)
        except msgspec.ValidationError as error:
            complaint, place = complaint_and_place(error)
            raise SettingsError(name + place, in_plain_words(complaint)) from None


@cache
def _hints(struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    return typing.get_type_hints(struct, include_extras=True)


def _check_operation(field: str, operation_id: str) -> None:
    # Operations know merchants, and merchants their settings.
    from fake_iamport.operations import operations

    able = sorted(name for name, operation in operations().items() if operation.asks_gateway)
    if operation_id not in able:
        raise SettingsError(
            f"{field}.{operation_id}",
            f"{operation_id!r} is no operation that asks the gateway; those are "
            f"{', '.join(able)}{did_you_mean(operation_id, able)}",
        )


def _check_failure(field: str, operation_id: str, failure: str) -> None:
    _check_operation(field, operation_id)
    try:
        parse_failure(failure)
    except (ValueError, LookupError) as error:
        raise SettingsError(f"{field}.{operation_id}", str(error)) from None


def _check_notice_url(url: str) -> None:
    try:
        read_target(url)
    except ValueError as error:
        raise SettingsError(
            "notice_url", f"{url!r}: {error}; expected one like http://127.0.0.1:3000/hook"
        ) from None


def _check_host(host: str) -> None:
    try:
        canonical_host(host)
    except ValueError:
        raise SettingsError(
            "webhook_host", f"{host!r} is no host; expected one like 127.0.0.1 or shop.example"
        ) from None


def open_scenarios(settings: "MerchantSettings") -> "list[Scenario]":
    """The scenarios that the settings name, as their files are now.

    Raises:
        SettingsError: one can't be read or has a mistake, or two have the same name.
    """
    if not settings.scenario:
        return []
    # The scenario language knows operations, and they know settings; and few runs need it.
    from fake_iamport.documents import DocumentError
    from fake_iamport.scenario.reading import open_scenario

    opened: dict[str, tuple[str, Scenario]] = {}
    # One that is named twice is loaded once.
    for named in dict.fromkeys(settings.scenario):
        try:
            scenario = open_scenario(named)
        except DocumentError as error:
            raise SettingsError("scenario", str(error), error.line, error.column) from None
        except LookupError as error:
            raise SettingsError("scenario", str(error)) from None
        if scenario.name in opened:
            other = opened[scenario.name][0]
            raise SettingsError(
                "scenario",
                f"{other!r} and {named!r} would both be called {scenario.name!r}; "
                "rename one of the files",
            )
        opened[scenario.name] = named, scenario
    return [scenario for _, scenario in opened.values()]


def _check_channel(channel_key: str, gateway: str) -> None:
    provider, dot, mid = gateway.partition(".")
    if provider not in profiles():
        raise SettingsError(
            f"channels.{channel_key}",
            f"there is no gateway {provider!r}; known are {', '.join(profiles())}"
            f"{did_you_mean(provider, profiles())}",
        )
    if dot and not re.fullmatch(r"[\w-]+", mid, re.ASCII):
        raise SettingsError(
            f"channels.{channel_key}",
            f"{gateway!r} is no gateway and merchant id; expected one like nice.nictest04m",
        )


class MerchantSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the emulator treats one merchant."""

    strict: Annotated[
        bool,
        Meta(
            description="Follow the official description to the letter: channel_key and name are "
            "required, unknown customers are 404, answers carry the newest keys."
        ),
    ] = False
    card_checks: Annotated[
        bool,
        Meta(
            description="Check card numbers, expiries, birth dates and PIN digits as a gateway does. "
            "Switch off for fixtures with invented numbers."
        ),
    ] = True
    default_pg: Annotated[
        str, Meta(description="The gateway that is meant when a call names none or an unknown one.")
    ] = _DEFAULT_PG
    unknown_customer_status: Annotated[
        Literal[200, 404],
        Meta(
            description="HTTP status for an unknown customer_uid: 200 as recorded, or 404 as described."
        ),
    ] = 200
    past_schedule: Annotated[
        Literal["refuse", "execute"],
        Meta(
            description="What becomes of a schedule for a moment that has passed, which nothing "
            "documents: it is refused, or executed at once; on a frozen clock when that is advanced, if "
            "only by 0."
        ),
    ] = "refuse"
    channels: Annotated[
        dict[str, str],
        Meta(
            description="The merchant's own channels, beside those that every merchant has: "
            "CHANNEL_KEY=GATEWAY, or with a merchant id CHANNEL_KEY=GATEWAY.MID.",
            extra={"metavar": "CHANNEL_KEY=GATEWAY", "example": "channel-key-1=nice.nictest04m"},
        ),
    ] = {}
    notice_url: Annotated[
        tuple[str, ...],
        Meta(
            description="Where webhooks go when a payment names no notice_url of its own; several get "
            "one each, and without any none is sent."
        ),
    ] = ()
    webhook_content_type: Annotated[
        Literal["json", "form"], Meta(description="How the body of a webhook is written.")
    ] = "json"
    resend_webhooks: Annotated[
        bool,
        Meta(
            description="Send a webhook again after a network error or a 5xx: up to five times, a "
            "minute apart on the merchant's clock."
        ),
    ] = False
    hold_webhooks: Annotated[
        bool, Meta(description="Let new webhooks wait until they are released.")
    ] = False
    webhook_host: Annotated[
        tuple[str, ...],
        Meta(description="Send webhooks to this host only; several add up. Without any, anywhere."),
    ] = ()
    webhooks_remembered: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="How many webhooks are remembered. Finished ones are forgotten first; when "
            "so many wait, a new one fails at once.",
        ),
    ] = 1000
    fail: Annotated[
        dict[str, str],
        Meta(
            description="Let every call of an operation fail: OPERATION=FAILURE, or with any code "
            "OPERATION=CODE:TEXT.",
            extra=_AN_ORDER,
        ),
    ] = {}
    fail_next: Annotated[
        dict[str, tuple[str, ...]],
        Meta(
            description="Let the next call of an operation fail, then the one after, and so on.",
            extra=_AN_ORDER,
        ),
    ] = {}

    scenario: Annotated[
        tuple[str, ...],
        Meta(
            description="Scenarios to start with: the name of a ready-made one, or a file. They are "
            "tried in this order; a reset loads them again."
        ),
    ] = ()

    def __post_init__(self) -> None:
        _check_types(self)
        _check_gateway(self.default_pg)
        for channel_key, gateway in self.channels.items():
            _check_channel(channel_key, gateway)
        for url in self.notice_url:
            _check_notice_url(url)
        for host in self.webhook_host:
            _check_host(host)
        for operation, failure in self.fail.items():
            _check_failure("fail", operation, failure)
        for operation, failures in self.fail_next.items():
            _check_operation("fail_next", operation)
            for failure in failures:
                _check_failure("fail_next", operation, failure)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the server runs."""

    seed: Annotated[
        int | None,
        Meta(
            description="Make every identifier from this number, so that the same calls give the same "
            "bytes. Without it they differ from run to run."
        ),
    ] = None
    seed_file: Annotated[
        str | None,
        Meta(
            description="A YAML or JSON file of merchants, customers, payments and schedules to start "
            "with; a reset gives them again."
        ),
    ] = None
    journal_size: Annotated[
        int, Meta(ge=0, le=1_000_000, description="How many calls the journal remembers.")
    ] = 1000
    merchant: MerchantSettings = MerchantSettings()

    def __post_init__(self) -> None:
        _check_types(self)


def changed_settings(
    settings: MerchantSettings, changes: Mapping[str, Any], *, strict: bool = True
) -> MerchantSettings:
    """``settings`` with ``changes``; nothing changes when one of them can't be.

    Scenarios are read only where others are named: a file that is gone since then is no mistake.
    Unless ``strict``, numbers may be given as text, as on a command line.

    Raises:
        SettingsError: an unknown name or a value that isn't allowed.
    """
    for name in changes:
        if name not in settings.__struct_fields__:
            raise SettingsError(
                name,
                f"there is no setting {name!r}{did_you_mean(name, settings.__struct_fields__)}",
            )
    values = msgspec.structs.asdict(settings) | dict(changes)
    try:
        changed = msgspec.convert(values, MerchantSettings, strict=strict)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, SettingsError):
            raise error.__cause__ from None
        complaint, place = complaint_and_place(error)
        raise SettingsError(place or next(iter(changes)), in_plain_words(complaint)) from None
    if changed.scenario != settings.scenario:
        open_scenarios(changed)
    return changed
