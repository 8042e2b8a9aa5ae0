"""The clients' own lists of what they can do, against what their sessions called."""

from tests.published_clients.walk import Walk


def test_a_session_calls_every_public_method_of_its_client(walk: Walk) -> None:
    assert walk.report["called"] == walk.report["methods"]


def test_a_client_has_the_methods_for_which_it_is_known(walk: Walk) -> None:
    known = {
        "iamport-rest-client": {"Iamport.pay_schedule_get_between", "Iamport.cancel_certification"},
        "iamport-rest-client2": {"Iamport.pay_unschedule", "Iamport.prepare_validate"},
        "iamporter": {
            "Iamporter.create_payment",
            "Payments.get_balance",
            "Subscribe.get_customers",
        },
        "async-iamport": {"AsyncIamport.adjust_prepare_amount", "AsyncIamport.find_by_status"},
    }
    assert known[walk.client] <= set(walk.report["methods"])
