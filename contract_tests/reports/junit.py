"""The report as JUnit XML, which every CI shows: a test case for each clause."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from contract_tests.reports.terminal import details, known
from contract_tests.verdicts import Result, Verdict

__all__ = ["encode"]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode(results: Sequence[Result], about: Mapping[str, Any]) -> str:
    """The run as an XML text; ``about`` says what was looked at, and how."""
    suite = ElementTree.Element(
        "testsuite",
        name="iamport-contract",
        tests=str(len(results)),
        failures=str(sum(result.counts_as_broken for result in results)),
        errors=str(sum(result.verdict in _ERRORS for result in results)),
        skipped=str(sum(_is_skipped(result) for result in results)),
        time=f"{sum(result.seconds for result in results):.3f}",
        # The schema has no place for a zone here: CI servers take it for UTC.
        timestamp=about["date"].removesuffix("+00:00"),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in about.items():
        ElementTree.SubElement(properties, "property", name=name, value=_clean(str(value)))
    for result in results:
        _add(suite, result)
    ElementTree.indent(suite)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, "unicode") + "\n"
    )


_ERRORS = (Verdict.ERROR, Verdict.NOTRUN)


def _is_skipped(result: Result) -> bool:
    return result.verdict in (Verdict.SKIP, Verdict.WARN) or result.expected is not None


def _add(suite: ElementTree.Element, result: Result) -> None:
    clause = result.clause
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"contract.{clause.topic}",
        name=f"{clause.id} {clause.title}",
        time=f"{result.seconds:.3f}",
    )
    if result.verdict is Verdict.PASS:
        return
    kind = "failure" if result.counts_as_broken else "skipped"
    kind = "error" if result.verdict in _ERRORS else kind
    said = known(result) if result.expected else result.reason
    child = ElementTree.SubElement(case, kind, message=_clean(f"{result.verdict}: {said}"))
    child.text = _clean("\n".join(details(result)))


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
