import json
import re
import subprocess
from typing import Any

from contract_tests.story import Exchange, commands, told
from contract_tests.transport import Raw, Request

CARD = {
    "card_number": "9540-4900-1234-5675", "expiry": "2049-12", "birth": "900101", "pwd_2digit": "73",
}  # fmt: skip
TOKEN = "0123456789abcdef0123456789abcdef01234567"


def exchange(sent: dict[str, Any], answered: object, target: str = "/x") -> Exchange:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    request = Request(method="POST", target=target, headers=headers, body=json.dumps(sent).encode())
    return Exchange(request, Raw(200, {}, json.dumps(answered).encode()))


def everything(*exchanges: Exchange) -> str:
    return "\n".join(f"{each.sent}\n{each.answered}\n{each.curl}" for each in told(exchanges))


def test_what_was_sent_as_a_secret_is_told_nowhere() -> None:
    answer = {"message": "9540490012345675 is a card, and so is 9540-4900-1234-5675"}
    text = everything(exchange(CARD, answer), exchange({"note": "900101"}, {"pwd_2digit": "73"}))

    for secret in (*CARD.values(), CARD["card_number"].replace("-", ""), TOKEN):
        assert secret not in text
    assert "${CARD_NUMBER}" in text
    assert "${ACCESS_TOKEN}" in text


def test_a_token_is_told_nowhere_wherever_it_stands() -> None:
    requests = [
        Request(method="GET", target="/cards", headers={"x-imptokenheader": TOKEN}, body=b""),
        Request(method="GET", target=f"/cards?_token={TOKEN}", headers={}, body=b""),
        Request(method="GET", target="/cards", headers={"authorization": TOKEN}, body=b""),
    ]
    text = [everything(Exchange(request, Raw(200, {}, b"{}"))) for request in requests]

    assert [TOKEN in each for each in text] == [False, False, False]
    assert all("${ACCESS_TOKEN}" in each for each in text)


def test_two_cards_have_two_variables() -> None:
    other = {**CARD, "card_number": "5272-8927-1234-5677"}

    assert "${CARD_NUMBER_2}" in everything(exchange(CARD, {}), exchange(other, {}))


def test_a_masked_number_is_shown() -> None:
    text = everything(exchange(CARD, {"response": {"card_number": "95404900****5675"}}))

    assert "95404900****5675" in text


def test_a_curl_line_is_one_that_a_shell_takes() -> None:
    target = "/subscribe/customers/%ED%95%9C%20%27a"
    (line,) = told([exchange({**CARD, "name": 'it\'s $5 `now` "and"'}, {}, target)])
    variables = {"IAMPORT_URL": "http://x", "CARD_NUMBER": "1", "ACCESS_TOKEN": "2", "EXPIRY": "3"}
    script = f'curl() {{ printf "%s\\n" "$@"; }}; {line.curl}'
    words = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"PATH": "", **variables},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert words[-1] == f"http://x{target}"
    assert "authorization: Bearer 2" in words
    sent = json.loads(words[words.index("--data-raw") + 1])
    assert sent["card_number"] == "1"
    assert sent["name"] == 'it\'s $5 `now` "and"'


def test_an_answer_that_never_came_is_told_so() -> None:
    (line,) = told([Exchange(Request(method="GET", target="/x", headers={}, body=b""), None)])

    assert line.answered == "no answer"


def test_an_empty_field_is_shown_as_one() -> None:
    text = everything(exchange({"pwd_2digit": "", "birth": "900101"}, {"birth": ""}))

    assert '"pwd_2digit": ""' in text
    assert "REDACTED" not in text


def test_the_kits_own_key_is_a_variable() -> None:
    text = everything(exchange({}, {}, "/_fake/merchants/1234567890123456/scenarios/the-kit"))

    assert '"${IAMPORT_URL}"/_fake/merchants/"${IMP_KEY}"/scenarios/the-kit' in text
    assert "1234567890123456" not in text


def test_what_was_sent_at_once_is_sent_at_once_again() -> None:
    click = exchange({"n": 1}, {})
    story = told([exchange({"n": 0}, {}), click._replace(at_once=1), click._replace(at_once=1)])
    sent = commands(story, of_a_server=False)[-2:]

    assert ["(at once)" in each.sent for each in story] == [False, True, True]
    assert sent == [story[0].curl, f"{story[1].curl} & {story[2].curl} & wait"]


def test_the_commands_define_every_variable_that_they_use() -> None:
    story = told([exchange(CARD, {}), exchange({**CARD, "card_number": "5272-8927-1234-5677"}, {})])
    script = "\n".join(commands(story, of_a_server=True))
    used = set(re.findall(r"\$\{(\w+)\}", script))

    assert {"CARD_NUMBER", "CARD_NUMBER_2", "ACCESS_TOKEN", "IAMPORT_URL"} <= used
    assert not [name for name in used if f"{name}=" not in script]
    assert not [value for value in CARD.values() if f"={value}" in script and len(value) > 2]
    syntax = subprocess.run(["/bin/sh", "-n", "-c", script], check=False, capture_output=True)
    assert syntax.returncode == 0, syntax.stderr
