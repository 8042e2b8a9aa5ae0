import json
from enum import StrEnum
from typing import Annotated

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fake_iamport import documents
from fake_iamport.documents import Document, DocumentError, load_document, load_table


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Item(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    colour: Colour = Colour.RED
    count: Annotated[int, msgspec.Meta(ge=1)] = 1

    def __post_init__(self) -> None:
        if self.code == "cursed":
            raise ValueError("this code is cursed")


class Shelf(msgspec.Struct, forbid_unknown_fields=True):
    items: list[Item] = []
    named: dict[str, Item] = {}
    nested: dict[str, dict[str, Item]] = {}
    numbered: dict[int, str] = {}
    either: Item | str | None = None
    pair: tuple[int, str] = (0, "")
    price: float = 0


class Square(msgspec.Struct, tag="square", forbid_unknown_fields=True):
    side: int


class Circle(msgspec.Struct, tag="circle", forbid_unknown_fields=True):
    radius: int


class Drawing(msgspec.Struct, forbid_unknown_fields=True):
    shapes: list[Square | Circle] = []


class Row(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    count: int = 0


QUOTES = "'*' and '&' mean something else in YAML; put the text in quotes, as in \"*\""


def complaint(text: str, type_: type[object] = Shelf) -> str:
    with pytest.raises(DocumentError) as caught:
        load_document(text, type_, "shelf.yaml")
    return str(caught.value)


def mistake_in(text: str, type_: type[object]) -> DocumentError | None:
    try:
        load_document(text, type_, "any.json")
    except DocumentError as error:
        return error
    return None


def test_a_document_becomes_typed_values() -> None:
    text = """
        items:
          - {code: a, count: 2}
        named:
          second: {code: "7", colour: blue}
        numbered: {1: one}
        price: 1.5
    """
    assert load_document(text, Shelf, "shelf.yaml") == Shelf(
        items=[Item("a", count=2)],
        named={"second": Item("7", Colour.BLUE)},
        numbered={1: "one"},
        price=1.5,
    )


def test_json_is_a_document_too() -> None:
    text = '{\n\t"items": [{"code": "\\u00e9\\/", "count": 1e0}],\n\t"price": -2e3}'
    with pytest.raises(
        DocumentError, match=r"items\[0\].count: expected a whole number, got a num"
    ):
        load_document(text, Shelf, "shelf.json")
    fixed = text.replace("1e0", "3")
    assert load_document(fixed, Shelf, "shelf.json") == Shelf(
        items=[Item("é/", count=3)], price=-2000
    )


@pytest.mark.parametrize("text", ["no", "on", "041", "2030-01-01", "12:30", "0x1f", "+5", "1_000"])
def test_what_yaml_would_turn_into_something_else_stays_text(text: str) -> None:
    assert load_document(f"either: {text}", Shelf, "shelf.yaml").either == text


def test_an_error_carries_its_parts() -> None:
    with pytest.raises(DocumentError) as caught:
        load_document("items:\n  - code: [a]\n", Shelf, "shelf.yaml")
    error = caught.value
    assert (error.source, error.line, error.column) == ("shelf.yaml", 2, 11)
    assert (error.field, error.message) == ("items[0].code", "expected text, got a list")
    assert str(error) == "shelf.yaml:2:11: items[0].code: expected text, got a list"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "named:\n  a: {code: x}\n  b:\n    code: {}\n",
            "shelf.yaml:4:11: named.b.code: expected text, got keys and values",
        ),
        (
            "named:\n  a: {code: x}\n  b: {code: 381}\n",
            "shelf.yaml:3:13: named.b.code: expected text, got a whole number; put it in quotes",
        ),
        (
            "nested:\n  p:\n    x: {code: a}\n  q:\n    x: {code: a}\n    y: {code: a, count: 0}\n",
            "shelf.yaml:6:25: nested.q.y.count: expected a whole number >= 1",
        ),
        (
            "nested:\n  p: {x: {code: a}, y: {code: []}}\n  q: {z: {code: []}}\n",
            "shelf.yaml:2:31: nested.p.y.code: expected text, got a list",
        ),
        (
            "numbered:\n  1: one\n  two: two\n",
            "shelf.yaml:3:3: numbered.two: expected a whole number, got text",
        ),
        (
            "either: 5",
            "expected text or keys and values like {code: …}, got a whole number; put it in quotes",
        ),
        ("pair: [1]", "shelf.yaml:1:7: pair: expected a list of length 2, got 1"),
        ("pair: [a, b]", "shelf.yaml:1:8: pair[0]: expected a whole number, got text"),
        ("price: cheap", "shelf.yaml:1:8: price: expected a number, got text"),
        ("[]", "shelf.yaml:1:1: expected keys and values like {items: …}, got a list"),
        ("items:\n- {code: cursed}", "shelf.yaml:2:3: items[0]: this code is cursed"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(text: str, expected: str) -> None:
    assert complaint(text).endswith(expected)


def test_a_missing_key_is_named_at_its_mapping() -> None:
    text = "items:\n  - code: a\n  - colour: red\n"
    assert complaint(text) == "shelf.yaml:3:5: items[1]: the key 'code' is missing"


def test_an_unknown_key_is_named_with_the_nearest_known_one() -> None:
    assert complaint("items:\n  - code: a\n    color: red\n") == (
        "shelf.yaml:3:5: items[0]: unknown key 'color'; did you mean 'colour'?"
    )


def test_an_unknown_key_like_no_other_is_named_with_all_known_ones() -> None:
    assert complaint("zzz: 1") == (
        "shelf.yaml:1:1: unknown key 'zzz'; known are items, named, nested, numbered, either, pair, "
        "price"
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("colour: red", "1:1: unknown key 'colour'; it belongs into 'items' or 'either'"),
        (
            "either: {code: a, price: 1}",
            "1:19: either: unknown key 'price'; it belongs one level out, beside 'either'",
        ),
        ("items: [{code:a}]", "1:10: items[0]: unknown key 'code:a'; a space is missing after 'code:'"),
        ("items: [code:a]", "got text; a space is missing after 'code:'"),
        ("{price: 1,000}", "unknown key '000'; a comma ends the value here: write a number without "
         "commas, as in 1000"),
        ("price: 1,000", "got text; write the number without commas: 1000"),
    ],
)  # fmt: skip
def test_what_was_probably_meant_is_told(text: str, hint: str) -> None:
    assert hint in complaint(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1", "2:1: a tab; indent with spaces"),
        ("a: |\n\tb", "2:1: a tab; indent with spaces"),
        ("either: *", f"1:10: {QUOTES}"),
        ("either: *1", f"1:9: {QUOTES}"),
        ("either: @x", "1:9: '@': put it in quotes"),
        ("items: [1", "2:1: a list that begins with '[' isn't closed; expected ',' or ']'"),
        ("either: {a: 1", "2:1: what begins with '{' isn't closed; expected ',' or '}'"),
        ("either: 'x", "1:11: a quote isn't closed"),
        ("a: 1\n---\nb: 2", "2:1: a second document begins here; keep each in a file of its own"),
        ("a: x\n\x07", "2:1: a control character; leave it out, or write it as \"\\x07\" in double "
         "quotes"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_told_with_what_to_do(text: str, expected: str) -> None:
    assert complaint(text) == f"shelf.yaml:{expected}"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_document_that_is_nested_too_deeply_is_refused_where_it_is(opening: str) -> None:
    told = complaint(opening * 60_000)

    assert told == f"shelf.yaml:1:{64 * len(opening) + 1}: nested too deeply; 64 levels are allowed"


def test_a_document_of_too_many_values_is_refused_before_they_are_kept() -> None:
    assert complaint("- x\n" * 400_001).endswith(": too large")


def test_an_unknown_key_under_a_free_key_gets_a_suggestion_too() -> None:
    assert complaint("named:\n  a: {cod: x}").endswith(
        "2:7: named.a: unknown key 'cod'; did you mean 'code'?"
    )


def test_a_value_outside_its_choices_is_named_with_them() -> None:
    assert complaint("items: [{code: a, colour: blu}]") == (
        "shelf.yaml:1:27: items[0].colour: 'blu' is not one of red, blue; did you mean 'blue'?"
    )


def test_a_key_of_the_other_variant_is_unknown() -> None:
    text = "shapes:\n  - {type: square, radius: 1}"
    assert "2:20: shapes[0]: unknown key 'radius'" in complaint(text, Drawing)


def test_a_key_that_stands_twice_is_refused_at_its_second_place() -> None:
    assert complaint("named:\n  a: {code: x}\n  a: {code: y}\n") == (
        "shelf.yaml:3:3: named: the key 'a' stands twice"
    )


def test_yaml_that_does_not_parse_is_refused_with_its_place() -> None:
    assert complaint("items:\n  - {code: a\nprice: 2\n").startswith("shelf.yaml:3:")


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_document_is_refused(text: str) -> None:
    assert complaint(text) == "shelf.yaml:1:1: the document is empty"


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system [echo]",
        "!!python/name:os.system ''",
        "!!set {a}",
        "!!timestamp 2030-01-01",
        "!own x",
        "!!int many",
        "!!bool maybe",
    ],
)
def test_tags_build_nothing(tagged: str) -> None:
    assert "is not allowed" in complaint(f"either: {tagged}")


def test_a_key_that_is_no_text_is_refused() -> None:
    assert complaint("? [a]\n: b") == "shelf.yaml:1:3: a key must be text"


def test_a_document_that_holds_itself_is_refused() -> None:
    assert "refers to itself" in complaint("items: &all [*all]")


def test_a_document_that_explodes_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 8) + "]" for n in range(1, 9)]
    assert "too large" in complaint("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 900, "[" * 20_000, "a: \x00", "\udc80"])
def test_a_document_that_no_parser_takes_is_refused(text: str) -> None:
    assert complaint(text).startswith("shelf.yaml:")


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_Loader", yaml.SafeLoader)
    assert load_document("items: [{code: no, count: 2}]", Shelf, "s").items == [Item("no", count=2)]
    assert complaint("items:\n- {code: 041, color: red}").startswith(
        "shelf.yaml:2:15: items[0]: unk"
    )
    assert complaint("[" * 20_000).startswith("shelf.yaml:1:")


def test_a_caller_can_complain_about_a_place() -> None:
    document = Document("items:\n  - code: a\n    count: 2\n", "shelf.yaml")
    assert str(document.error("too few", "items", 0, "count")) == (
        "shelf.yaml:3:12: items[0].count: too few"
    )
    assert document.error("odd", "items", 0, "count", at_key=True).column == 5
    assert document.error("no colour", "items", 0, "colour").line == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text("abc é:#-0", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab-", max_size=3), inner),
    max_leaves=10,
)


@given(JSON)
def test_every_json_text_means_the_same_here(value: object) -> None:
    text = msgspec.json.encode({"value": value}).decode()
    assert load_document(text, dict[str, object], "any.json") == {"value": value}


@given(JSON, st.sampled_from([Shelf, Drawing, Item]))
def test_every_document_is_read_or_refused_with_a_place(value: object, type_: type[object]) -> None:
    text = msgspec.json.encode(value).decode()
    mistake = mistake_in(text, type_)
    assert mistake is None or (mistake.line == 1 and 1 <= mistake.column <= len(text))


def test_a_table_becomes_one_value_a_line() -> None:
    rows = load_table('name,count\n041,3\n"a,b",\n', Row, "rows.csv")
    assert rows == (Row("041", 3), Row("a,b", 0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,count\na,1\nb\n", "rows.csv:3:1: expected 2 cells, got 1"),
        ("name,count\na,many\n", "rows.csv:2:1: count: expected a whole number, got text"),
        ("name,cuont\na,1\n", "rows.csv:2:1: unknown key 'cuont'; did you mean 'count'?"),
        ("count\n1\n", "rows.csv:2:1: the key 'name' is missing"),
        ('name,count\n"a,1\n', "rows.csv:2:1: unexpected end of data"),
    ],
)
def test_a_wrong_line_of_a_table_is_named(text: str, expected: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_table(text, Row, "rows.csv")
    assert str(caught.value) == expected


def test_json_may_write_a_letter_as_two_escapes() -> None:
    text = r'{"smile": "\ud83d\ude00", "escaped": "\\ud83d\\ude00"}'

    assert load_document(text, dict[str, str], "a.json") == json.loads(text)
