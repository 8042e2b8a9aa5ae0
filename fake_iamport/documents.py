"""Reads YAML, JSON and CSV texts into typed values and says precisely where one is wrong.

A mistake becomes a :class:`DocumentError`, whose text is what a person needs to mend the file::

    failures.yaml:12:5: failures.lost_card.codes.nice.code: expected text, got a list

Types are msgspec's; they should forbid unknown fields, so that a misspelt key is found. The YAML
is a plain subset that means the same as JSON: ``yes``, ``on`` and ``012`` are text, dates are
text, keys are always text, and no tag builds more than text, numbers, booleans, lists, mappings.
"""

import csv
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import inspect

from fake_iamport.document_error import DocumentError
from fake_iamport.document_hints import explained, hint_for_key, slip_in
from fake_iamport.document_kinds import Steps, choices, fields_of, kinds_at
from fake_iamport.plain_words import in_plain_words
from fake_iamport.suggestions import did_you_mean

__all__ = [
    "Document",
    "DocumentError",
    "compose",
    "dump_document",
    "load_document",
    "load_table",
    "text_of_file",
]

T = TypeVar("T")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MAX_DEPTH = 64
_MAX_VALUES = 200_000
_MAX_NODES = 2 * _MAX_VALUES


def load_document(text: str, type_: type[T], source: str) -> T:
    """Read a YAML or JSON text as ``type_``; ``source`` is the name to use in errors.

    Raises:
        DocumentError: the first mistake.
    """
    return Document(text, source).read(type_)


def dump_document(value: object) -> str:
    """Write text, numbers, booleans, lists and mappings as YAML that is read as the same value."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_LINE_WIDTH
    )
    return text


def text_of_file(path: str | os.PathLike[str]) -> str:
    """The text of a file.

    Raises:
        DocumentError: it isn't there, or is no text.
    """
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise DocumentError(str(path), 1, 1, "", f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DocumentError(str(path), 1, 1, "", "is not UTF-8") from None


def load_table(text: str, type_: type[T], source: str) -> tuple[T, ...]:
    """Read a CSV text with a header line, one ``type_`` a line; an empty cell counts as absent.

    Raises:
        DocumentError: the first mistake.
    """
    rows = csv.reader(text.splitlines(), strict=True)
    try:
        header = next(rows, [])
        return tuple(_row(cells, header, type_, source, rows.line_num) for cells in rows)
    except csv.Error as error:
        raise DocumentError(source, rows.line_num, 1, "", str(error)) from None


class Document:
    """A parsed document that remembers where each of its values stands.

    For checks that a type can't express: ``read`` the document, look at the values, and raise what
    ``error`` returns.

    Raises:
        DocumentError: the text is no YAML or JSON, or has a key twice.
    """

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._count = 0
        self._root = compose(text, source)
        self._value = self._value_of(self._root, ())

    def read(self, type_: type[T]) -> T:
        """Return the document as ``type_``.

        Raises:
            DocumentError: the first mistake.
        """
        try:
            return msgspec.convert(self._value, type_, str_keys=True)
        except msgspec.ValidationError as error:
            raise self._explained(str(error), type_) from None

    def error(self, message: str, *path: str | int, at_key: bool = False) -> DocumentError:
        """Return the error that says ``message`` about the value at ``path``.

        Its position is that of the value, or with ``at_key`` that of the key in front of it.
        """
        mark = _find(self._root, path, at_key=at_key).start_mark
        return self._error_at(mark, message, path)

    def _error_at(self, mark: yaml.Mark, message: str, path: Steps) -> DocumentError:
        return _error_at(self._source, mark, message, path)

    def _value_of(self, node: yaml.Node, path: Steps) -> object:
        self._count += 1
        if len(path) > _MAX_DEPTH or self._count > _MAX_VALUES:
            raise self._error_at(node.start_mark, "too deep or too large, or refers to itself", ())
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
            return [self._value_of(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
            return self._mapping(node, path)
        raise self._error_at(node.start_mark, f"the tag {node.tag} is not allowed", path)

    def _scalar(self, node: yaml.ScalarNode, path: Steps) -> object:
        if node.tag == _TEXT:
            return node.value
        try:
            return _SCALARS[node.tag](node.value)
        except (KeyError, ValueError):
            message = f"the tag {node.tag} is not allowed here"
            raise self._error_at(node.start_mark, message, path) from None

    def _mapping(self, node: yaml.MappingNode, path: Steps) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                raise self._error_at(key_node.start_mark, "a key must be text", path)
            if key in mapping:
                raise self._error_at(key_node.start_mark, f"the key '{key}' stands twice", path)
            mapping[key] = self._value_of(value_node, (*path, key))
        return mapping

    def _explained(self, complaint: str, type_: type[object]) -> DocumentError:
        text, is_key, dollar_path = _split(complaint)
        path = self._path_of(dollar_path + ("[...]" if is_key else ""), complaint, type_)
        unknown = re.fullmatch(_UNKNOWN, text, re.DOTALL)
        if unknown is None:
            message = _in_plain_words(text, kinds_at(type_, path))
            slip = "" if is_key else slip_in(_at(self._value, path), path)
            return self.error(message + slip, *path, at_key=is_key)
        key = unknown[1]
        value = _at(self._value, (*path, key))
        message = f"unknown key '{key}'" + hint_for_key(key, value, type_, path)
        mark = _find(self._root, (*path, key), at_key=True).start_mark
        return self._error_at(mark, message, path)

    def _path_of(self, dollar_path: str, complaint: str, type_: type[object]) -> Steps:
        """Turn msgspec's path into ours.

        msgspec doesn't name the key of a mapping with free keys (``[...]``), so look for the one
        which alone causes the same complaint.
        """
        path: Steps = ()
        value = self._value
        for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", dollar_path):
            if index != "...":
                path = (*path, int(index) if index else name)
                continue
            for key in _keys_at(value, path):
                alone = _with_one_key(value, path, key)
                if _complaint(alone, type_) == complaint:
                    value, path = alone, (*path, key)
                    break
            else:
                return path
        return path


def compose(text: str, source: str) -> yaml.Node:
    """The parts of a YAML or JSON text with their places, whatever they mean.

    Raises:
        DocumentError: the text is no YAML, or a giant.
    """
    text = _SURROGATES.sub(_one_letter, text) if text[:1] == "{" else text
    try:
        _refuse_giants(text, source)
        loader = _Loader(text)
        loader.yaml_implicit_resolvers = _RESOLVERS
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = explained(error, text)
        raise DocumentError(source, line, column, "", reason) from None
    except yaml.reader.ReaderError as error:
        raise _unreadable(error, text, source) from None
    except (yaml.YAMLError, UnicodeError):
        raise DocumentError(source, 1, 1, "", "not a YAML document") from None
    if node is None:
        raise DocumentError(source, 1, 1, "", "the document is empty")
    return node


def _refuse_giants(text: str, source: str) -> None:
    """Refuse what is nested too deeply, or too large: composing recurses, in C without a net."""
    depth = count = 0
    for event in _events(text):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
        if depth > _MAX_DEPTH:
            message = f"nested too deeply; {_MAX_DEPTH} levels are allowed"
            raise _error_at(source, event.start_mark, message, ())
        if count > _MAX_NODES:
            raise _error_at(source, event.start_mark, "too large", ())


def _unreadable(error: yaml.reader.ReaderError, text: str, source: str) -> DocumentError:
    before = text.encode("utf-8", "replace")[: error.position].decode("utf-8", "ignore")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    message = 'a control character; leave it out, or write it as "\\x07" in double quotes'
    return DocumentError(source, line, column, "", message)


def _error_at(source: str, mark: yaml.Mark, message: str, path: Steps) -> DocumentError:
    return DocumentError(source, mark.line + 1, mark.column + 1, _dotted(path), message)


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    while loader.check_event():
        yield loader.get_event()


def _row(cells: list[str], header: list[str], type_: type[T], source: str, line: int) -> T:
    if len(cells) != len(header):
        message = f"expected {len(header)} cells, got {len(cells)}"
        raise DocumentError(source, line, 1, "", message)
    present = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    try:
        return msgspec.convert(present, type_, strict=False)
    except msgspec.ValidationError as error:
        text, _, path = _split(str(error))
        unknown = re.fullmatch(_UNKNOWN, text, re.DOTALL)
        message = (
            f"unknown key '{unknown[1]}'" + hint_for_key(unknown[1], "", type_, ())
            if unknown
            else _in_plain_words(text, kinds_at(type_, (path[1:],) if path else ()))
        )
        raise DocumentError(source, line, 1, path[1:], message) from None


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _nothing(_: str) -> None:
    return None


_TAG = "tag:yaml.org,2002:"
_TEXT, _LIST, _MAPPING = _TAG + "str", _TAG + "seq", _TAG + "map"
_SCALARS: dict[str, Callable[[str], object]] = {
    _TAG + "int": int,
    _TAG + "float": float,
    _TAG + "bool": _boolean,
    _TAG + "null": _nothing,
}

# The resolvers of JSON, instead of PyYAML's: its YAML 1.1 reads `no` as false, `041` as 33 and
# `12:30` as 750, which no writer of a test expects. Each stands under the first letters that it
# can have, as PyYAML wants it.
_NUMBER = [
    (_TAG + "int", re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")),
    (_TAG + "float", re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")),
]
_BOOLEAN = [(_TAG + "bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"))]
_NULL = [(_TAG + "null", re.compile(r"(?:null|Null|NULL|~|)\Z"))]
_RESOLVERS = {
    **dict.fromkeys("-0123456789", _NUMBER),
    **dict.fromkeys("tTfF", _BOOLEAN),
    **dict.fromkeys(("n", "N", "~", ""), _NULL),
}


# JSON writes a letter beyond U+FFFF as two escapes, which YAML doesn't take for one.
_SURROGATES = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)


def _one_letter(pair: re.Match[str]) -> str:
    letter = 0x10000 + ((int(pair[2], 16) & 0x3FF) << 10 | int(pair[3], 16) & 0x3FF)
    return f"{pair[1]}\\U{letter:08x}"


_LINE_WIDTH = 100
_LONGEST_INLINE = 72


class _Dumper(yaml.SafeDumper):
    """Writes what is short on one line, and every scalar so that :data:`_RESOLVERS` read it back."""

    yaml_implicit_resolvers = _RESOLVERS

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML asks so
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def represent_text(self, text: str) -> yaml.Node:
        return self.represent_scalar(_TEXT, text, _style(text))

    def represent_decimal_fraction(self, number: float) -> yaml.Node:
        # YAML has a name for infinity; JSON and our files have only numbers that are too large.
        text = repr(number).replace("inf", "1e999")
        return self.represent_scalar(_TAG + "float", text)

    def represent_items(self, items: list[object]) -> yaml.Node:
        return self.represent_sequence(_LIST, items, flow_style=_is_short(items))

    def represent_entries(self, entries: dict[str, object]) -> yaml.Node:
        return self.represent_mapping(_MAPPING, entries, flow_style=_is_short(entries))


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(float, _Dumper.represent_decimal_fraction)
_Dumper.add_representer(list, _Dumper.represent_items)
_Dumper.add_representer(dict, _Dumper.represent_entries)


def _style(text: str) -> str | None:
    """How a text is written: as a block of lines, in quotes with escapes, or as YAML likes it."""
    if not all(line.isprintable() for line in text.split("\n")):
        return '"'
    if "\n" not in text:
        return None
    return '"' if text[0].isspace() else "|"


def _is_short(value: list[object] | dict[str, object]) -> bool:
    """Whether a list or mapping is simple enough for one line."""
    parts = value.values() if isinstance(value, dict) else value
    text = repr(value)
    is_flat = not any(isinstance(part, list | dict) for part in parts)
    return is_flat and len(text) <= _LONGEST_INLINE and "\\n" not in text


def _split(complaint: str) -> tuple[str, bool, str]:
    """Split msgspec's message into its text, whether it is about a key, and its path."""
    found = re.fullmatch(r"(.*?)(?: - at (`key` in )?`\$([^`]*)`)?", complaint, re.DOTALL)
    assert found is not None
    return found[1], found[2] is not None, found[3] or ""


def _complaint(value: object, type_: type[object]) -> str | None:
    try:
        msgspec.convert(value, type_, str_keys=True)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _child(value: object, step: str | int) -> object:
    if isinstance(value, dict):
        return value[step]
    assert isinstance(value, list)
    assert isinstance(step, int)
    return value[step]


def _at(value: object, path: Steps) -> object:
    for step in path:
        value = _child(value, step)
    return value


def _keys_at(value: object, path: Steps) -> list[str]:
    value = _at(value, path)
    return list(value) if isinstance(value, dict) else []


def _with_one_key(value: object, path: Steps, key: str) -> object:
    """Return a copy of ``value`` in which the mapping at ``path`` has ``key`` alone."""
    if not path:
        return {key: _child(value, key)}
    child = _with_one_key(_child(value, path[0]), path[1:], key)
    if isinstance(value, dict):
        return {**value, path[0]: child}
    assert isinstance(value, list)
    return [child if place == path[0] else item for place, item in enumerate(value)]


def _find(node: yaml.Node, path: Steps, *, at_key: bool = False) -> yaml.Node:
    """Return the node at ``path``, or the deepest one on the way when there is none."""
    for place, step in enumerate(path):
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            continue
        pair = next((pair for pair in node.value if pair[0].value == step), None)
        if pair is None:
            return node
        key_wanted = at_key and place == len(path) - 1
        node = pair[0] if key_wanted else pair[1]
    return node


def _dotted(path: Steps) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


_UNKNOWN = "Object contains unknown field `(.*)`"


def _in_plain_words(text: str, kinds: list[inspect.Type]) -> str:
    choice = re.fullmatch(r"Invalid (?:enum )?value '(.*)'", text, re.DOTALL)
    if choice:
        allowed = list(choices(kinds))
        listed = ", ".join(allowed)
        return f"'{choice[1]}' is not one of {listed}" + did_you_mean(choice[1], allowed)
    needs_quotes = re.search(r"`str\b.*got `(?:int|float|bool)`", text)
    hint = "; put it in quotes" if needs_quotes else ""
    plain = in_plain_words(re.sub(r" \| null`", "`", text))
    example = next((f" like {{{name}: …}}" for name in fields_of(kinds)), "")
    expected, comma, got = plain.partition(", got ")
    expected = expected.replace("an object", f"keys and values{example}")
    return expected + comma + got.replace("an object", "keys and values") + hint
