"""msgspec's complaints in words that need no Python."""

import re

__all__ = ["complaint_and_place", "in_plain_words"]

_WORDS = {
    "str": "text",
    "int": "a whole number",
    "decimal": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}
_WRITTEN_OUT = {
    "Invalid decimal string": "Expected a number",
    "Integer value out of range": "Expected a smaller number",
}


def complaint_and_place(error: Exception) -> tuple[str, str]:
    """What msgspec complains of, and where: ``schedules[0].amount``, or nothing for the whole."""
    complaint, _, place = str(error).replace(" | null", "").partition(" - at `$")
    return complaint, place.rstrip("`").lstrip(".")


def in_plain_words(complaint: str) -> str:
    """The complaint, beginning with a small letter."""
    missing = re.fullmatch(r"Object missing required field `(.*)`", complaint)
    if missing:
        return f"the key '{missing[1]}' is missing"
    complaint = _WRITTEN_OUT.get(complaint, complaint)
    words = re.sub(r"`([^`]*)`", _translated, complaint)
    return words[:1].lower() + words[1:]


def _translated(quoted: re.Match[str]) -> str:
    return " or ".join(_WORDS.get(word, word) for word in quoted[1].split(" | "))
