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


SCENARIO_TESTS = """
import httpx
import pytest

pytestmark = pytest.mark.scenario("gone.yaml")

def look(fake_iamport):
    with httpx.Client(base_url=fake_iamport.url) as client:
        keys = {"imp_key": fake_iamport.imp_key, "imp_secret": fake_iamport.imp_secret}
        token = client.post("/users/getToken", json=keys).json()["response"]["access_token"]
        return client.get("/cards", headers={"Authorization": token}).status_code

@pytest.mark.scenario("down.yaml", {"rules": [{"then": {"pass": True}}]})
def test_scenarios_are_loaded_the_outermost_first(fake_iamport):
    names = [each.name for each in fake_iamport.scenarios()]
    assert names == ["gone", "down", "scenario-1"]

def test_only_its_own_are_loaded(fake_iamport):
    assert [each.name for each in fake_iamport.scenarios()] == ["gone"]
    assert look(fake_iamport) == 503

@pytest.mark.scenario("down.yaml", all_rules_used=True)
def test_a_rule_that_was_never_applied_fails_a_test_that_says_so(fake_iamport):
    look(fake_iamport)

@pytest.mark.scenario({"rules": [{"then": {"pass": True}}]}, all_rules_used=True)
def test_a_failed_test_tells_its_own_failure(fake_iamport):
    raise ZeroDivisionError
"""
DOWN = "rules: [{when: {operation: cardCodes}, then: {answer: {page: nginx_503}}}]"


def test_a_marker_loads_scenarios_for_its_test(pytester: pytest.Pytester) -> None:
    folder = pytester.mkpydir("deeper")
    (folder / "gone.yaml").write_text(DOWN.replace("cardCodes", "codes"))
    (folder / "down.yaml").write_text(DOWN)
    (folder / "test_scenarios.py").write_text(SCENARIO_TESTS)

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "--strict-markers")

    result.assert_outcomes(passed=2, failed=2)
    for line in ("the scenario 'down' has rules that were never applied: rule 1", "*ZeroDivision*"):
        result.stdout.fnmatch_lines([line])
    assert "During handling" not in result.stdout.str()


WRONG_MARKERS = {
    "'no_such'": "there is no scenario 'no_such' and no file of that name",
    "'gone.yaml'": "*/gone.yaml:1:1: can't be read: No such file or directory",
    "'wrong.yaml'": "*/wrong.yaml:1:10: rules[[]0]: unknown key 'thne'; did you mean 'then'?",
    "{'rules': []}": "scenario-1: rules: expected a list of length >= 1*",
    "'no_such', all_rules=True": "expected pytest.mark.scenario(named, ..., all_rules_used=False)",
    "": "expected pytest.mark.scenario(named, ..., all_rules_used=False)",
}


def test_a_marker_that_can_not_be_is_told_in_one_sentence(pytester: pytest.Pytester) -> None:
    (pytester.path / "wrong.yaml").write_text("rules: [{thne: {}}]")
    tests = (
        f"@pytest.mark.scenario({marker})\ndef test_{number}(fake_iamport): pass\n"
        for number, marker in enumerate(WRONG_MARKERS)
    )
    pytester.makepyfile("import pytest\n" + "".join(tests))

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "-p", "no:randomly")

    result.assert_outcomes(errors=len(WRONG_MARKERS))
    result.stdout.fnmatch_lines(list(WRONG_MARKERS.values()))
    assert "Error:" not in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_the_marker_is_registered(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--markers")

    result.stdout.fnmatch_lines(["@pytest.mark.scenario(named, ..., all_rules_used=False): *"])


def test_a_marker_without_the_fixture_fails_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.scenario("webhook_twice")
        def test_without(): pass

        @pytest.mark.scenario("webhook_twice")
        def test_late(request):
            request.getfixturevalue("fake_iamport")

        @pytest.mark.scenario("webhook_twice")
        def test_fails_by_itself():
            raise ZeroDivisionError
        """
    )

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, failed=2)
    sentence = "the marker 'scenario' loads nothing without the fixture 'fake_iamport'; ask for it"
    assert result.stdout.str().splitlines().count(sentence) == 1
