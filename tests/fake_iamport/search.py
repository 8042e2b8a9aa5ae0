"""Looks for texts in everything that an emulator keeps."""

import gc
from collections.abc import Iterable, Iterator, Set

import msgspec

from fake_iamport.app import App

__all__ = ["kept_by", "leaks", "texts_in"]

_SHORT = 6


def kept_by(app: App) -> Iterator[object]:
    """Everything that can be reached from the application and isn't code."""
    seen: set[int] = set()
    waiting: list[object] = [app.emulator]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        yield thing
        if isinstance(thing, msgspec.Struct):
            waiting += [getattr(thing, name) for name in thing.__struct_fields__]
        waiting += [part for part in gc.get_referents(thing) if not callable(part)]


def texts_in(things: Iterable[object]) -> list[str]:
    texts = []
    for thing in things:
        if isinstance(thing, str):
            texts.append(thing)
        elif isinstance(thing, bytes):
            texts.append(thing.decode("latin-1"))
        elif isinstance(thing, msgspec.Raw):
            texts.append(bytes(thing).decode("latin-1"))
    return texts


def leaks(secrets: Set[str], texts: list[str]) -> set[str]:
    """Secrets in ``texts``; short ones count only as a whole text or as a JSON value."""
    everything = "\n".join(texts)
    wholes = set(texts)
    return {
        secret
        for secret in secrets
        if (secret in everything if len(secret) >= _SHORT else f'"{secret}"' in everything)
        or secret in wholes
    }
