"""What is written down of a merchant's shoppers, beside what i'mport recorded."""

from contract_tests.merchant.emulator import Emulator
from contract_tests.merchant.house import app_house
from contract_tests.merchant.suite import check_merchant
from contract_tests.merchant.world import World
from contract_tests.runner import Plan
from tests.contract_tests.merchant import reference
from tests.contract_tests.merchant.mutants import MUTANTS, make_app


def test_each_exchange_stands_beside_its_own_calls(emulator: Emulator) -> None:
    with app_house(reference.merchant, emulator, reference.description()) as house:
        world = World(house)
        world.begin()
        order = world.order(12_000)
        world.fault("onetime", "again", fail="limit_exceeded")
        world.pay(order)
        world.heal()
        world.pay(order)
        rows = [(each.merchant.partition(" ")[0], each.iamport) for each in world.timeline]

    assert [said for said, _ in rows] == ["POST", "i'mport", "POST", "i'mport", "POST"]
    assert [len(calls) > 0 for _, calls in rows] == [False, False, True, False, True]
    assert f"merchant_uid {order.merchant_uid}, amount 12000" in rows[-1][1][-1]


def test_what_happens_at_once_is_one_moment_and_marked(emulator: Emulator) -> None:
    with app_house(reference.merchant, emulator, reference.description()) as house:
        world = World(house)
        world.begin()
        order = world.order()
        world.together(lambda: world.pay(order), lambda: world.pay(order))
        world.show(order)

    assert [each.merchant.count("(at once)") for each in world.timeline] == [0, 2, 0]


def test_two_charges_of_one_order_are_named(emulator: Emulator) -> None:
    make = make_app(MUTANTS["M-LOST-01"])
    with app_house(make, emulator, reference.description()) as house:
        (result,) = check_merchant(house, Plan(1, 1), ["M-LOST-01"])

    numbers = {
        call.partition("merchant_uid ")[2].partition(",")[0]
        for moment in result.timeline for call in moment.iamport if "merchant_uid" in call
    }  # fmt: skip
    assert len(numbers) > 1
    assert sum(number in result.reason for number in numbers) == 2, result.reason
