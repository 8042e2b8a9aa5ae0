"""Reading the cards and gateways of a seed file."""

import re
from functools import cache

import msgspec

from fake_iamport.clock import Clock
from fake_iamport.domain.card import Card
from fake_iamport.gateway.cards import failure_of_test_card, test_cards
from fake_iamport.gateway.failures import Stage
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.gateway.issuers import identify, issuers
from fake_iamport.gateway.profiles import Profile, choose_profile, profiles
from fake_iamport.identifiers import Identifiers
from fake_iamport.merchants import Merchant
from fake_iamport.places import Place
from fake_iamport.seed.form import MaskedCard
from fake_iamport.settings import MerchantSettings
from fake_iamport.suggestions import did_you_mean

__all__ = ["CardReader"]

_MASKED_NUMBER = re.compile(r"[0-9]{0,8}\*{4,16}[0-9]{0,4}", re.ASCII)
_TYPES = {"credit": 0, "check": 1}


class CardReader:
    """Reads cards as the gateways of a merchant with these settings would show them."""

    def __init__(self, settings: MerchantSettings) -> None:
        self._default = profiles()[settings.default_pg]
        self._merchant = Merchant(
            "", "", settings=settings, clock=Clock(0), identifiers=Identifiers("")
        )

    def profile(self, place: Place, pg: str | None, channel_key: str | None) -> Profile:
        """The gateway that ``pg`` or ``channel_key`` means; the channel wins, as in the API.

        Raises:
            DocumentError: there is none.
        """
        if channel_key is not None:
            channel = self._merchant.channel(channel_key)
            if channel is None:
                known = [each.channel_key for each in self._merchant.channels()]
                hint = did_you_mean(channel_key, known)
                raise place.error(f"there is no channel '{channel_key}'{hint}", "channel_key")
            return channel
        provider = (pg or "").partition(".")[0]
        if pg is not None and provider not in profiles():
            hint = did_you_mean(provider, profiles())
            raise place.error(f"there is no gateway '{provider}'{hint}", "pg")
        return choose_profile(pg, self._default)

    def card(self, place: Place, given: str | MaskedCard, profile: Profile) -> VerifiedCard:
        """What may be kept of a card, and the failure that charging it will meet.

        Raises:
            DocumentError: it is neither a test card that a gateway takes nor well masked. The text
                never repeats a number.
        """
        if isinstance(given, MaskedCard):
            return VerifiedCard(_masked(place, given, profile), None)
        number = given.replace("-", "").replace(" ", "")
        if number not in _test_numbers():
            raise place.error(
                "this is no test card, and other cards are not written in full; list those with "
                "`fake-iamport cards`, or give an issuer_code and a masked number"
            )
        failure = failure_of_test_card(number)
        if failure is not None and failure.stage in (Stage.CARD_DATA, Stage.PLATFORM):
            raise place.error(f"a gateway never takes this test card, but says {failure.name}")
        return VerifiedCard(identify(number, profile), failure.name if failure else None)


@cache
def _test_numbers() -> frozenset[str]:
    return frozenset(card.number.replace("-", "") for card in test_cards())


def _masked(place: Place, given: MaskedCard, profile: Profile) -> Card:
    code = given.issuer_code
    if code not in issuers():
        raise place.error(
            f"there is no issuer '{code}'; known are {', '.join(issuers())}", "issuer_code"
        )
    if not _MASKED_NUMBER.fullmatch(given.number) or not 13 <= len(given.number) <= 19:
        raise place.error(
            "expected 13 to 19 digits, at most the first eight and last four shown and at least four "
            "hidden, as in 95404900****5675",
            "number",
        )
    name = issuers()[code].name_at(profile.provider)
    owner = dict.fromkeys(("issuer_code", "publisher_code"), code)
    owner |= dict.fromkeys(("issuer_name", "publisher_name"), name)
    card = Card(
        number=given.number.replace("*", profile.mask.fill),
        code=code,
        name=name,
        type=_TYPES[given.type] if given.type else None,
        **(owner if profile.answers_issuer else {}),
    )
    return msgspec.structs.replace(card, **dict.fromkeys(profile.null_card_fields))
