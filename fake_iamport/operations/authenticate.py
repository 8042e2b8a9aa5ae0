"""Tag ``authenticate``: tokens for API keys."""

import msgspec

from fake_iamport.domain.token import LIFETIME, Token, renewed
from fake_iamport.errors import MissingCredentials, WrongCredentials
from fake_iamport.operations.declaration import Access, Call, operation
from fake_iamport.wire.parameters import Parameters, Secret

__all__ = ["get_token"]


class Credentials(Parameters):
    """A merchant's API keys."""

    imp_key: str
    imp_secret: Secret


class TokenAnswer(msgspec.Struct, kw_only=True, gc=False):
    """A token; the recorded key order isn't alphabetical. Moments are unix seconds."""

    access_token: Secret
    now: int
    expired_at: int


@operation(
    "getToken",
    "POST",
    "/users/getToken",
    access=Access.CREDENTIALS,
    raises=(MissingCredentials, WrongCredentials),
)
async def get_token(call: Call, parameters: Credentials) -> TokenAnswer:
    """Give the merchant's token.

    The same one until it expires, with the same expiry; asked in its last minute, it lives five
    minutes more (spec, observed).
    """
    previous = await call.transaction.token()
    token = renewed(previous, call.now) or Token(
        call.merchant.identifiers.access_token(), call.now + LIFETIME
    )
    if token is not previous:
        await call.transaction.put_token(token)
    return TokenAnswer(access_token=token.access_token, now=call.now, expired_at=token.expired_at)
