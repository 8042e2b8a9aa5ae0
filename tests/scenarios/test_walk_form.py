"""What a walk may say, and where its mistakes are told."""

import pytest

from fake_iamport.documents import DocumentError
from fake_iamport.scenario.reading import read_scenario
from fake_iamport.scenario.walk import Books, PayByKey

RULES = "rules: [{then: {pass: true}}]\n"
END = "  - books: {}\n"
PAY = "  - pay_by_key: {order: order-1, amount: 1000, customer: kim}\n"


def _mistake(steps: str) -> str:
    with pytest.raises(DocumentError) as told:
        read_scenario(f"{RULES}walk:\n{steps}", "mine.yaml", "mine")
    return str(told.value)


def test_a_walk_is_read_into_typed_steps() -> None:
    text = f"{RULES}walk:\n{PAY}    sees: paid\n  - books: {{paid: 1}}\n"

    pay, books = read_scenario(text, "mine.yaml", "mine").form.walk

    assert pay.pay_by_key == PayByKey(order="order-1", amount=1000, customer="kim")
    assert (pay.sees, books.books) == ("paid", Books(paid=1))


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "  - pay_by_kee: {}\n",
            "mine.yaml:3:5: walk[0]: unknown key 'pay_by_kee'; did you mean 'pay",
        ),
        (PAY + END, "mine.yaml:3:5: walk[0]: the key 'sees' is missing"),
        (PAY + "    sees: payd\n" + END, "mine.yaml:4:11: walk[0].sees: 'payd' is not one of"),
        (
            PAY + "    sees: registered\n" + END,
            "mine.yaml:4:11: walk[0].sees: 'registered' is nothing that 'pay_by_key' gives; "
            "expected paid, not_sent, ",
        ),
        (
            "  - register: {customer: kim, card: lost_cart}\n    sees: registered\n" + END,
            "mine.yaml:3:37: walk[0].register.card: there is no test card 'lost_cart'; "
            "did you mean 'lost_card'?",
        ),
        (
            "  - look: {order: a}\n    look_at_key: {customer: kim}\n    sees: paid\n" + END,
            "mine.yaml:3:5: walk[0]: expected one of register, ",
        ),
        ("  - sees: paid\n" + END, "mine.yaml:3:5: walk[0]: expected one of register, "),
        (
            "  - advance: 1d\n    sees: paid\n" + END,
            "mine.yaml:4:5: walk[0].sees: goes with a call, and 'advance' is none",
        ),
        (
            "  - register: {customer: kim}\n    sees: registered\n    times: 3\n" + END,
            "mine.yaml:5:5: walk[0].times: goes with an order",
        ),
        ("  - advance: tomorrow\n" + END, "mine.yaml:3:14: walk[0].advance: "),
        (
            "  - advance: 1d\n  - set_clock: 2026-03-01T10:00:00\n" + END,
            "mine.yaml:4:16: walk[1].set_clock: the clock is set in the first step or never",
        ),
        (
            "  - set_clock: +30d\n" + END,
            "mine.yaml:3:16: walk[0].set_clock: expected a date and time like",
        ),
        ("  - advance: 1d\n", "mine.yaml:3:5: walk[0]: the last step is 'books'"),
        (END + END, "mine.yaml:3:5: walk[0]: the last step is 'books'"),
        (
            "  - wait_for_webhooks: {say: [paid], truth: [paid, paid]}\n" + END,
            "mine.yaml:3:45: walk[0].wait_for_webhooks.truth: expected 1, one for each webhook",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(steps: str, told: str) -> None:
    assert _mistake(steps).startswith(told)
