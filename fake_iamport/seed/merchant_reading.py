"""Reading what a seed file says of one merchant: its customers, payments and schedules."""

import msgspec

from fake_iamport.documents import DocumentError
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.payment import KeyUsage
from fake_iamport.domain.refund import DEFAULT_REASON, Refund
from fake_iamport.gateway.failures import Stage, failures
from fake_iamport.gateway.gateway import VerifiedCard
from fake_iamport.gateway.profiles import Profile
from fake_iamport.moments import NOW, Moment
from fake_iamport.operations.charging import Charge
from fake_iamport.places import Place
from fake_iamport.seed.cards import CardReader
from fake_iamport.seed.form import MerchantForm, PaymentForm, ScheduleForm
from fake_iamport.seed.world import SeededKey, SeededPayment, SeededSchedule
from fake_iamport.settings import MerchantSettings
from fake_iamport.suggestions import did_you_mean

__all__ = ["DEFAULT_FAILURE", "MerchantReading"]

DEFAULT_FAILURE = "limit_exceeded"
"""Why a failed payment failed, unless the file says it."""

_CONTACT = Contact.__struct_fields__
_OF_A_CANCEL = ("cancelled_at", "cancel_amount", "cancel_reason")


class MerchantReading:
    """Turns the forms of one merchant into what its world is made of, checking each on the way.

    ``now`` is the unix second at which its clock starts. Every method raises
    :class:`~fake_iamport.documents.DocumentError` for the first mistake.
    """

    def __init__(
        self, place: Place, form: MerchantForm, settings: MerchantSettings, now: int
    ) -> None:
        self._place = place
        self._form = form
        self._now = now
        self._cards = CardReader(settings)
        self._keys: dict[str, SeededKey] = {}
        self._payments: list[SeededPayment] = []

    def keys(self) -> tuple[SeededKey, ...]:
        """The billing keys of its customers."""
        for number, form in enumerate(self._form.customers):
            place = self._place / "customers" / number
            if form.customer_uid in self._keys:
                raise _same(place, "customer_uid", "customers", list(self._keys), form.customer_uid)
            profile = self._cards.profile(place, form.pg, form.channel_key)
            self._keys[form.customer_uid] = SeededKey(
                customer_uid=form.customer_uid,
                profile=profile,
                verified=self._cards.card(place / "card", form.card, profile),
                customer=Contact(**{name: getattr(form, f"customer_{name}") for name in _CONTACT}),
                customer_id=form.customer_id,
                at=None if form.at is None else self._past(place, form.at, "at"),
            )
        return tuple(self._keys.values())

    def payments(self) -> tuple[SeededPayment, ...]:
        """Its payments; to be called after :meth:`keys`."""
        for number, form in enumerate(self._form.payments):
            self._payments.append(self._payment(self._place / "payments" / number, form))
        self._refuse_second_payments()
        return tuple(self._payments)

    def schedules(self) -> tuple[SeededSchedule, ...]:
        """Its schedules; to be called after :meth:`payments`."""
        orders: list[str] = []
        for number, form in enumerate(self._form.schedules):
            place = self._place / "schedules" / number
            if form.merchant_uid in orders:
                raise _same(place, "merchant_uid", "schedules", orders, form.merchant_uid)
            orders.append(form.merchant_uid)
        return tuple(
            self._schedule(self._place / "schedules" / number, form)
            for number, form in enumerate(self._form.schedules)
        )

    def _payment(self, place: Place, form: PaymentForm) -> SeededPayment:
        key, profile, verified = self._means(place, form)
        at = self._past(place, form.at, "at")
        if key is not None and key.at is not None and at.at(self._now) < key.at.at(self._now):
            raise place.error("this is before the customer's card was registered", "at")
        return SeededPayment(
            charge=_charge(place, form),
            profile=profile,
            verified=_as_it_went(place, form, verified),
            at=at,
            refund=self._refund(place, form),
            cancelled_at=self._cancelled_at(place, form, at),
        )

    def _means(
        self, place: Place, form: PaymentForm
    ) -> tuple[SeededKey | None, Profile, VerifiedCard]:
        if (form.customer_uid is None) == (form.card is None):
            raise place.error("expected either a customer_uid or a card")
        if form.card is not None:
            profile = self._cards.profile(place, form.pg, form.channel_key)
            return None, profile, self._cards.card(place / "card", form.card, profile)
        for name in ("pg", "channel_key"):
            if getattr(form, name) is not None:
                raise place.error("a customer's key is charged where it was issued", name)
        key = self._key(place, form.customer_uid or "")
        return key, key.profile, key.verified

    def _key(self, place: Place, customer_uid: str) -> SeededKey:
        key = self._keys.get(customer_uid)
        if key is None:
            hint = did_you_mean(customer_uid, self._keys)
            raise place.error(f"there is no customer '{customer_uid}'{hint}", "customer_uid")
        return key

    def _past(self, place: Place, written: int | str | None, step: str) -> Moment:
        if written is None:
            return NOW
        moment = place.moment(written, step)
        if moment.at(self._now) > self._now:
            raise place.error(f"this is later than the merchant's clock, {self._now}", step)
        return moment

    def _refund(self, place: Place, form: PaymentForm) -> Refund | None:
        if form.status != "cancelled":
            return None
        if form.cancel_amount is None:
            amount = place.amount(form.amount, form.currency, "amount")
        else:
            amount = place.amount(form.cancel_amount, form.currency, "cancel_amount")
        if amount > form.amount:
            raise place.error("this is more than the amount", "cancel_amount")
        return Refund(amount=amount, reason=form.cancel_reason or DEFAULT_REASON)

    def _cancelled_at(self, place: Place, form: PaymentForm, at: Moment) -> Moment | None:
        for name in _OF_A_CANCEL:
            if form.status != "cancelled" and getattr(form, name) is not None:
                raise place.error("only a cancelled payment has this", name, at_key=True)
        if form.cancelled_at is None:
            return None
        moment = self._past(place, form.cancelled_at, "cancelled_at")
        if moment.at(self._now) < at.at(self._now):
            raise place.error("this is before the payment", "cancelled_at")
        return moment

    def _refuse_second_payments(self) -> None:
        """See that each order was paid once, after all of its failed attempts."""
        paid: dict[str, int] = {}
        numbers = range(len(self._payments))
        for number in sorted(numbers, key=lambda each: self._payments[each].at.at(self._now)):
            merchant_uid = self._form.payments[number].merchant_uid
            if merchant_uid in paid:
                raise self._paid(self._place / "payments" / number, paid[merchant_uid])
            if self._form.payments[number].status != "failed":
                paid[merchant_uid] = number

    def _schedule(self, place: Place, form: ScheduleForm) -> SeededSchedule:
        self._key(place, form.customer_uid)
        place.amount(form.amount, form.currency, "amount")
        schedule_at = place.moment(form.schedule_at, "schedule_at")
        if schedule_at.at(self._now) <= self._now:
            raise place.error(
                f"this is not later than the merchant's clock, {self._now}", "schedule_at"
            )
        for number, payment in enumerate(self._form.payments):
            if payment.merchant_uid == form.merchant_uid and payment.status != "failed":
                raise self._paid(place, number)
        fields = msgspec.structs.asdict(form)
        named = ("merchant_uid", "amount", "currency", "name", "custom_data")
        return SeededSchedule(
            form.customer_uid, schedule_at, {name: fields[name] for name in named}
        )

    def _paid(self, place: Place, number: int) -> DocumentError:
        return place.error(f"payments[{number}] has paid this order already", "merchant_uid")


def _charge(place: Place, form: PaymentForm) -> Charge:
    return Charge(
        merchant_uid=form.merchant_uid,
        amount=place.amount(form.amount, form.currency, "amount"),
        currency=form.currency,
        name=form.name,
        buyer=Contact(**{name: getattr(form, f"buyer_{name}") for name in _CONTACT}),
        custom_data=form.custom_data,
        customer_uid=form.customer_uid,
        key_usage=KeyUsage.PAYMENT if form.customer_uid else None,
    )


def _as_it_went(place: Place, form: PaymentForm, verified: VerifiedCard) -> VerifiedCard:
    """The card, with the failure that makes the payment stand as the file says."""
    always = failures()[verified.failure] if verified.failure else None
    if form.status != "failed":
        if form.failure is not None:
            raise place.error("only a failed payment has this", "failure", at_key=True)
        if always is not None and always.stage is Stage.CHARGE:
            raise place.error(f"this card always fails with {always.name}", "status")
        return verified
    of_card = always.name if always and always.stage is Stage.CHARGE else DEFAULT_FAILURE
    name = form.failure or of_card
    _check_failure(place, name)
    return VerifiedCard(verified.card, name)


def _check_failure(place: Place, name: str) -> None:
    able = [each.name for each in failures().values() if each.stage is Stage.CHARGE]
    if name not in able:
        hint = did_you_mean(name, able)
        raise place.error(f"'{name}' is no failure of a charge{hint}", "failure")


def _same(place: Place, step: str, kind: str, names: list[str], name: str) -> DocumentError:
    return place.error(f"{kind}[{names.index(name)}] has the same", step)
