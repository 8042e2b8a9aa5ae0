import pytest

pytest_plugins = ["pytester"]

MERCHANT_TESTS = """
import httpx
import pytest

seen = set()

def pay(fake_iamport):
    with httpx.Client(base_url=fake_iamport.url) as client:
        keys = {"imp_key": fake_iamport.imp_key, "imp_secret": fake_iamport.imp_secret}
        token = client.post("/users/getToken", json=keys).json()["response"]["access_token"]
        card = client.get("/_fake/cards").json()["cards"][0]
        order = {
            "merchant_uid": "order", "amount": 1000, "card_number": card["number"],
            "expiry": card["expiry"], "birth": card["birth"], "pwd_2digit": card["pwd_2digit"],
        }
        path = "/subscribe/payments/onetime"
        return client.post(path, json=order, headers={"Authorization": token}).json()

@pytest.mark.parametrize("turn", range(6))
def test_each_test_has_a_fresh_merchant(fake_iamport, turn):
    assert pay(fake_iamport)["code"] == 0
    assert [entry.operation for entry in fake_iamport.journal()] == ["getToken", "onetime"]
    assert fake_iamport.imp_key not in seen
    seen.add(fake_iamport.imp_key)

def test_a_test_may_let_its_merchant_go(fake_iamport):
    fake_iamport.remove()

def test_all_calls_are_in_the_journal(fake_iamport):
    with httpx.Client(base_url=fake_iamport.url) as client:
        keys = {"imp_key": fake_iamport.imp_key, "imp_secret": "wrong"}
        for _ in range(120):
            client.post("/users/getToken", json=keys)
    assert [entry.status for entry in fake_iamport.journal()] == [401] * 120

def test_the_server_is_the_sessions(fake_iamport, fake_iamport_server):
    assert fake_iamport.url == fake_iamport_server.url
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "two workers"])
def test_each_test_gets_a_merchant_of_its_own(
    pytester: pytest.Pytester, workers: list[str]
) -> None:
    pytester.makepyfile(MERCHANT_TESTS)

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", *workers)

    result.assert_outcomes(passed=9)


def test_the_plugin_costs_nothing_when_it_is_not_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_imported():
            assert "fake_iamport.server" not in sys.modules
            assert "starlette" not in sys.modules
        """
    )

    pytester.runpytest_subprocess("-q", "-p", "no:randomly").assert_outcomes(passed=1)
