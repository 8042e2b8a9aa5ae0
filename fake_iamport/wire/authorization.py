"""Where a token may stand in a request, and which one counts when there are several.

``Authorization``, with or without ``Bearer``, comes first (observed); then ``X-ImpTokenHeader``
(observed), then ``?_token=`` (docs). That the header comes before the query is a guess.
"""

from collections.abc import Mapping

__all__ = ["presented_token"]


def presented_token(
    headers: Mapping[bytes, bytes], query: Mapping[str, object]
) -> tuple[str, str] | None:
    """The token that counts and the form in which it was presented; ``None`` when there is none.

    A header that is there but empty counts as not sent (guess).
    """
    authorization = headers.get(b"authorization", b"").strip()
    if authorization:
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() == b"bearer":
            return token.strip().decode("latin-1"), "Authorization: Bearer"
        return authorization.decode("latin-1"), "Authorization"
    first_generation = headers.get(b"x-imptokenheader", b"").strip()
    if first_generation:
        return first_generation.decode("latin-1"), "X-ImpTokenHeader"
    token_in_query = query.get("_token")
    if isinstance(token_in_query, str) and token_in_query:
        return token_in_query, "_token"
    return None
