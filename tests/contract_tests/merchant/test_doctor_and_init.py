import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result

from contract_tests.cli import main
from contract_tests.merchant.description import (
    DOCUMENTED,
    OFFERS,
    Description,
    Offer,
    read_description,
)
from contract_tests.merchant.doctor import SETTINGS, findings
from contract_tests.merchant.emulator import Emulator, open_emulator
from contract_tests.merchant.house import MakeApp, app_house, url_house
from contract_tests.merchant.setup_file import written
from tests.contract_tests.merchant import reference

Start = Callable[..., Any]


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, [*arguments], input=typed)


def complaints(make: MakeApp, emulator: Emulator, description: Description = DOCUMENTED) -> str:
    with app_house(make, emulator, description) as house:
        wrong = [each for each in findings(house) if not each.is_well]
    return "\n".join([text for each in wrong for text in (each.text, *each.advice)])


def answering(status: int, call: Callable[[httpx.Client], object] | None = None) -> MakeApp:
    """A merchant that calls i'mport so, and then gives this answer."""

    def make(url: str, imp_key: str, imp_secret: str) -> Any:
        def merchant(environ: dict[str, Any], start: Start) -> list[bytes]:
            if call is not None:
                with httpx.Client(base_url=url, params={"imp_key": imp_key}) as http:
                    call(http)
            start(f"{status} Said", [("Content-Type", "application/json")])
            return [json.dumps({"result": "fine"}).encode()]

        return merchant

    return make


def test_all_is_well_with_the_reference_merchant(emulator: Emulator) -> None:
    with app_house(reference.merchant, emulator, reference.description()) as house:
        found = list(findings(house))

    assert [each.text for each in found if not each.is_well] == []
    assert "its first call reached the emulator: POST /users/getToken" in found[3].text


def test_a_merchant_that_is_not_there(emulator_url: str) -> None:
    with (
        open_emulator(emulator_url, "key-of-the-shop", "secret") as emulator,
        url_house("http://127.0.0.1:1", emulator) as house,
    ):
        last = list(findings(house))[-1]

    assert last.text.startswith("the merchant gives no answer: ConnectError")
    assert "listen at http://127.0.0.1:1?" in last.advice[0]


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (404, "mend [issue_key] path"), (405, "[issue_key] method"), (403, "CSRF"),
        (415, "[issue_key] body"), (401, "[issue_key.headers]"), (422, "[issue_key] fields"),
    ],
)  # fmt: skip
def test_a_request_that_the_merchant_does_not_take(
    emulator: Emulator, status: int, advice: str
) -> None:
    assert advice in complaints(answering(status), emulator)


def test_a_merchant_that_speaks_to_another_server(emulator: Emulator) -> None:
    said = complaints(answering(200), emulator)

    assert said.startswith("the merchant made no call to the emulator")
    assert f"Let it use {emulator.url}" in said
    assert list(SETTINGS) == ["Node", "Java", "PHP", "Ruby", "Python"]
    for language in SETTINGS:
        assert language in said


def test_a_merchant_with_another_key(emulator: Emulator) -> None:
    keys = {"imp_key": "of-another", "imp_secret": "x"}
    said = complaints(
        answering(200, lambda http: http.post("/users/getToken", json=keys)), emulator
    )

    assert "/users/getToken came without a merchant that the emulator knows" in said
    assert f"let it use imp_key {emulator.imp_key}" in said


def test_a_merchant_with_a_wrong_secret(emulator: Emulator) -> None:
    keys = {"imp_key": emulator.imp_key, "imp_secret": "x"}
    said = complaints(
        answering(200, lambda http: http.post("/users/getToken", json=keys)), emulator
    )

    assert said.startswith("getToken was refused: ")


def test_a_merchant_whose_answer_is_not_understood(emulator: Emulator) -> None:
    keys = {"imp_key": emulator.imp_key, "imp_secret": emulator.imp_secret}
    said = complaints(
        answering(200, lambda http: http.post("/users/getToken", json=keys)), emulator
    )

    assert 'answer fits none of success, refused, pending: {"result": "fine"}' in said
    assert "mend [issue_key] success" in said


def test_a_merchant_that_adds_a_path_of_its_own(emulator: Emulator) -> None:
    keys = {"imp_key": emulator.imp_key, "imp_secret": emulator.imp_secret}

    def call(http: httpx.Client) -> None:
        token = http.post("/users/getToken", json=keys).json()["response"]["access_token"]
        http.post("/v1/subscribe/customers/a", headers={"Authorization": token})

    said = complaints(answering(200, call), emulator)

    assert said.startswith("POST /v1/subscribe/customers/a is no operation of i'mport")
    assert "the base URL may end with a path" in said


def test_a_merchant_that_wants_a_log_in_for_webhooks(emulator: Emulator) -> None:
    described = msgspec.structs.replace(DOCUMENTED, webhook=Offer(path="/hook", body="json"))

    def make(url: str, imp_key: str, imp_secret: str) -> Any:
        keys = {"imp_key": imp_key, "imp_secret": imp_secret}

        def merchant(environ: dict[str, Any], start: Start) -> list[bytes]:
            with httpx.Client(base_url=url) as http:
                http.post("/users/getToken", json=keys)
            status = "403 Forbidden" if environ["PATH_INFO"] == "/hook" else "200 OK"
            start(status, [("Content-Type", "application/json")])
            return [b'{"status": "success"}']

        return merchant

    said = complaints(make, emulator, described)

    assert said.startswith("the merchant answers [webhook] with HTTP 403")
    assert "[webhook.headers]" in said


def test_the_doctors_verdict_is_its_exit_code(tmp_path: Path, emulator: Emulator) -> None:
    keys = ["--imp-key", emulator.imp_key, "--imp-secret", emulator.imp_secret]
    result = run("doctor", "--url", "http://127.0.0.1:1", "--iamport-url", emulator.url, *keys)

    assert result.exit_code == 1
    assert "WRONG  the merchant gives no answer" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "needs an emulator that runs: name it with --iamport-url"),
        (["--iamport-url", "{there}"], "has a key of its own: name it with --imp-key"),
        (["--iamport-url", "{there}", "--imp-key", "new"], "--imp-key new needs its secret"),
        (
            ["--iamport-url", "{there}", "--imp-key", "{key}", "--imp-secret", "x"],
            "its secret is another one",
        ),
        (["--iamport-url", "localhost:1"], "'localhost:1' is no URL; put http:// in front"),
    ],
)
def test_keys_that_the_merchant_cannot_have_are_refused(
    emulator: Emulator, options: list[str], said: str
) -> None:
    given = [each.format(there=emulator.url, key=emulator.imp_key) for each in options]
    result = run("doctor", "--url", "http://127.0.0.1:1", *given)

    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_merchant_with_the_key_of_another_merchant(emulator: Emulator, emulator_url: str) -> None:
    with open_emulator(emulator_url) as other:
        keys = {"imp_key": other.imp_key, "imp_secret": other.imp_secret}
        said = complaints(
            answering(200, lambda http: http.post("/users/getToken", json=keys)), emulator
        )

    assert f"it came with imp_key {keys['imp_key']}" in said
    assert f"give --imp-key {keys['imp_key']}" in said


def test_paying_by_key_needs_a_registration(emulator: Emulator) -> None:
    described = Description(pay_by_key=Offer(path="/pay"))

    assert complaints(answering(200), emulator, described).startswith(
        "pay_by_key also needs [issue_key]"
    )


def test_a_refused_card_that_is_not_read_as_refused(emulator: Emulator) -> None:
    right = reference.description()
    issue_key = msgspec.structs.replace(right.offers()["issue_key"], refused={"status": "other"})
    described = msgspec.structs.replace(right, issue_key=issue_key)
    said = complaints(reference.merchant, emulator, described)

    assert "i'mport refused a card, and the merchant's answer fits none of success" in said
    assert "mend [issue_key] refused" in said


def test_a_description_of_everything_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "merchant.toml"
    paths = {name: "/{order}" if "order" in name else "/x" for name in OFFERS}
    path.write_text(written("http://shop.test", paths, {"webhook": "json"}), "utf-8")

    found = read_description(path)
    assert list(found.offers()) == list(OFFERS)
    assert found.url == "http://shop.test"
    assert found.fields_of("cancel") == {"amount": "{amount}"}


def test_init_asks_and_writes(tmp_path: Path) -> None:
    path = tmp_path / "merchant.toml"
    typed = "http://shop.test\ny\n/cards\njson\nn\ny\n\n\nn\nn\nn\nn\n"
    result = run("init", "--output", str(path), typed=typed)

    assert result.exit_code == 0, result.output
    found = read_description(path).offers()
    assert {name: (offer.path, offer.body) for name, offer in found.items()} == {
        "issue_key": ("/cards", "json"), "pay_by_card": ("/payments", "form"),
    }  # fmt: skip


def test_init_asks_nothing_and_never_writes_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "merchant.toml"
    first = run("init", "--yes", "--output", str(path))
    second = run("init", "--yes", "--output", str(path))
    third = run("init", "--yes", "--force", "--output", str(path))
    nowhere = run("init", "--yes", "--output", str(tmp_path / "none" / "merchant.toml"))

    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 2, 0)
    assert "is there already; --force writes over it" in second.output
    assert nowhere.exit_code == 2
    found = read_description(path)
    assert list(found.offers()) == ["issue_key"]
    assert found.fields_of("issue_key") == DOCUMENTED.fields_of("issue_key")
