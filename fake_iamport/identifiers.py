"""Everything random that a caller sees, from one seeded source per merchant.

The shapes are those of recorded answers: ``imps_`` and twelve digits for a payment made through the
API, forty lower-case hexadecimal digits for a token, eight digits for an approval number.
"""

import base64
import random
import string
import struct

__all__ = ["Identifiers"]

_SECRET_ALPHABET = string.ascii_letters + string.digits
_GENERATOR = 3
_STATE = ">625I"


class Identifiers:
    """A source of identifiers: the same seed and the same calls give the same identifiers."""

    __slots__ = ("_random", "_seed")

    def __init__(self, seed: str | None = None) -> None:
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - nothing here guards anything real

    def rewind(self) -> None:
        """Start over, if there is a seed to start over from.

        Without a seed the source goes on, so that a payment made after a reset never carries the
        ``imp_uid`` of one made before it.
        """
        if self._seed is not None:
            self._random.seed(self._seed)

    def state(self) -> str:
        """Where the source stands, as a text for :meth:`resume`."""
        _, numbers, _ = self._random.getstate()
        return base64.b64encode(struct.pack(_STATE, *numbers)).decode()

    def resume(self, state: str) -> None:
        """Go on from where another source stood.

        Raises:
            ValueError: ``state`` was not given by :meth:`state`.
        """
        try:
            numbers = struct.unpack(_STATE, base64.b64decode(state, validate=True))
            self._random.setstate((_GENERATOR, numbers, None))
        except (ValueError, struct.error):
            raise ValueError("expected what a snapshot says here, unchanged") from None

    def digits(self, count: int) -> str:
        """``count`` decimal digits."""
        # So many bits that no digit is likelier than another by more than one in a trillion.
        return f"{self._random.getrandbits(96) % 10**count:0{count}d}"

    def imp_uid(self) -> str:
        """The number of a payment made through the API (observed, 2018 to 2022)."""
        return f"imps_{self.digits(12)}"

    def access_token(self) -> str:
        """Forty lower-case hexadecimal digits (docs, observed)."""
        return f"{self._random.getrandbits(160):040x}"

    def uuid(self) -> str:
        """A random UUID in its usual form."""
        digits = f"{self._random.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
        )

    def imp_key(self) -> str:
        """A merchant's API key: sixteen digits (observed)."""
        return self.digits(16)

    def imp_secret(self) -> str:
        """A merchant's API secret: eighty letters and digits (observed)."""
        return "".join(self._random.choices(_SECRET_ALPHABET, k=80))
