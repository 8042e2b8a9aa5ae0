import pytest

from fake_iamport import cli
from fake_iamport.cli_settings import settings_from_options
from fake_iamport.settings import MerchantSettings


def given(*arguments: str) -> MerchantSettings:
    options = cli.serve.make_context("serve", list(arguments)).params
    return settings_from_options(options).merchant


def test_options_for_several_texts_can_be_repeated() -> None:
    settings = given(
        "--notice-url", "http://a/", "--notice-url", "http://b/", "--webhook-host", "a"
    )

    assert settings.notice_url == ("http://a/", "http://b/")
    assert settings.webhook_host == ("a",)


def test_in_the_environment_they_are_separated_by_semicolons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAKE_IAMPORT_NOTICE_URL", "http://a/;http://b/")

    assert given().notice_url == ("http://a/", "http://b/")


def test_the_other_options_of_webhooks() -> None:
    settings = given(
        "--webhook-content-type", "form", "--resend-webhooks", "--hold-webhooks",
        "--webhooks-remembered", "5",
    )  # fmt: skip

    assert settings.webhook_content_type == "form"
    assert settings.resend_webhooks
    assert settings.hold_webhooks
    assert settings.webhooks_remembered == 5


def test_by_default_nothing_is_sent_again_held_or_kept_from_this_machine() -> None:
    settings = given()

    assert (settings.notice_url, settings.webhook_host) == ((), ())
    assert not settings.resend_webhooks
    assert not settings.hold_webhooks
