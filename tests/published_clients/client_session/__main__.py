"""Makes one published client call everything that its user could, and prints what came of it.

It takes one JSON object on its standard input (``client``, ``url``, ``imp_key``, ``imp_secret``,
``cards``) and prints another: under ``steps``, for each step, what the client ``returned``, or the
type of the exception it ``raised`` and what that holds; under ``methods`` all that the client has,
and under ``called`` those of them that the steps called.
"""

import json
import sys

from .clients import IamportRestClient
from .iamporter_steps import (
    call_payments,
    call_subscribe,
    cancel_through_payments,
    search_by_status,
)
from .rest_client_steps import RestClientSteps
from .session import Session
from .shared_steps import cancel, cancel_parts, look_up, pay_by_card, pay_by_key, register_cards


def main() -> None:
    session = Session(json.load(sys.stdin))
    for part in (register_cards, pay_by_card, pay_by_key, look_up, cancel, cancel_parts):
        part(session)
    client = session.client
    if isinstance(client, IamportRestClient):
        RestClientSteps(session, client).go_through()
    else:
        for own in (call_subscribe, call_payments, search_by_status, cancel_through_payments):
            own(session, client)
    client.close()
    json.dump(session.report(), sys.stdout, default=vars)


if __name__ == "__main__":
    main()
