"""The command line of the rehearsal."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from reference_client._side_by_side import say, say_headings, say_side_by_side
from reference_client.rehearsal._control import ControlRefusedError
from reference_client.rehearsal._rehearsal import Seen, rehearse
from reference_client.rehearsal._words import Language, told_step, words


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse; 0 when every step was seen as the file says, 1 when not, 2 when it can't be."""
    options = _parser().parse_args(arguments)
    try:
        document = _document(options.url, options.scenario, options.document)
        return _rehearse(options.url, options.scenario, document, options.lang)
    except (ControlRefusedError, httpx.HTTPError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reference_client.rehearsal")
    parser.add_argument("--url", required=True, help="a running emulator")
    parser.add_argument("--scenario", required=True, help="its name")
    parser.add_argument(
        "--document",
        help="the scenario as JSON: a file, or - for the standard input; else the emulator is asked",
    )
    parser.add_argument("--lang", choices=("en", "ko"), default="en")
    return parser


def _document(url: str, scenario: str, document: str | None) -> Mapping[str, Any]:
    if document is None:
        path = f"/_fake/scenarios/{quote(scenario, safe='')}"
        answer = httpx.get(url + path, trust_env=False)
        told: Mapping[str, Any] = answer.json()
        if not answer.is_success:
            raise ControlRefusedError(told["error"]["message"])
        return told
    text = sys.stdin.read() if document == "-" else Path(document).read_text("utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def _rehearse(url: str, name: str, document: Mapping[str, Any], language: Language) -> int:
    if not document.get("walk"):
        raise ControlRefusedError(f"the scenario {name} has no walk, so nothing can be tried")
    say(_text(document.get("title"), language) or name)
    say()
    say_headings(words("saw", language), words("recorded", language))
    went = []
    for number, seen in enumerate(rehearse(url, name, document), start=1):
        _say_step(number, seen, language)
        went.append(seen.as_expected)
    say()
    for name, word in (("lesson", "lesson"), ("expected", "good")):
        if text := _text(document.get(name), language):
            say(f"{words(word, language)}: {text}")
    say(f"{sum(went)} / {len(went)} {words('went', language)}.")
    return 0 if all(went) else 1


def _say_step(number: int, seen: Seen, language: Language) -> None:
    times = f" × {seen.times}" if seen.times > 1 else ""
    say(f"\n{number}. {told_step(seen.deed, seen.argument, language)}{times}")
    say_side_by_side(seen.saw, seen.recorded)
    if not seen.as_expected:
        say(f"  !! {words('expected', language)}: {'  '.join(filter(None, seen.expected))}")


def _text(text: str | Mapping[str, str] | None, language: Language) -> str:
    if isinstance(text, Mapping):
        text = text[language]
    return (text or "").strip()


if __name__ == "__main__":
    sys.exit(main())
