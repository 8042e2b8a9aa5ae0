from pathlib import Path

import pytest

from contract_tests.merchant.description import (
    DOCUMENTED,
    DescriptionError,
    look_up,
    read_description,
)

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.toml"))


def read(folder: Path, text: str) -> object:
    path = folder / "merchant.toml"
    path.write_text(text, "utf-8")
    return read_description(path)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(DescriptionError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in EXAMPLES])
def test_the_examples_can_be_read(path: Path) -> None:
    assert read_description(path).offers()


def test_without_a_file_it_is_the_documentations_merchant() -> None:
    assert list(DOCUMENTED.offers()) == ["issue_key"]
    assert list(DOCUMENTED.fields_of("issue_key")) == [
        "card_number", "expiry", "birth", "pwd_2digit", "customer_uid",
    ]  # fmt: skip


def test_an_order_that_comes_with_its_payment_is_sent_with_it(tmp_path: Path) -> None:
    read(tmp_path, '[pay_by_key]\npath = "/charge"\n')

    fields = read_description(tmp_path / "merchant.toml").fields_of("pay_by_key")
    assert fields == {
        "customer_uid": "{customer_uid}", "merchant_uid": "{order}", "amount": "{amount}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "merchant.toml:1: expected at least one of [issue_key], [place_order], [pay_by_card],"),
        ("url = 3\n", "merchant.toml:1: url: Expected `str | null`, got `int`"),
        ('\n[isue_key]\npath = "/x"\n', "merchant.toml:2: isue_key: there is no 'isue_key' here,"
         " did you mean issue_key?"),
        ('[issue_key]\npath = "/x"\nmetod = "GET"\n', "merchant.toml:3: issue_key.metod: there is no"
         " 'metod' here, did you mean method?"),
        ('[issue_key]\npath = "x"\n', "merchant.toml:2: issue_key.path: Expected `str` matching"),
        ('[issue_key]\npath = "/{customer}"\n', "merchant.toml:2: issue_key.path: there is no"
         " {customer} here, did you mean customer_uid?"),
        ('[issue_key]\npath = "/x"\n[issue_key.fields]\nnumber = "{card_numer}"\n',
         "merchant.toml:4: issue_key.fields.number: there is no {card_numer} here, did you mean"
         " card_number?"),
        ('[issue_key]\npath = "/{"\n', "merchant.toml:2: issue_key.path: "),
        ('[show_order]\npath = "/x"\n', "merchant.toml:1: show_order: expected states, at least"),
        ('[place_order]\npath = "/x"\n', "merchant.toml:1: place_order: expected values.order"),
        ('[issue_key]\npath = "/x"\nsuccess = { http = "200" }\n', "merchant.toml:3:"
         ' issue_key.success.http: expected a number, as in 200, or a list of them, got "200"'),
        ('[issue_key]\npath = "/x"\nsuccess = { a = 1 }\nrefused = { a = 1 }\n', "merchant.toml:4:"
         " issue_key.refused: it is the same as success: the answers can't be told apart"),
        ('[show_order]\npath = "/x"\nstates.payed = { a = 1 }\n', "merchant.toml:3:"
         " show_order.states.payed: there is no 'payed' here, did you mean paid?; known are paid,"),
        ('[issue_key]\npath = "/x"\nbody = "xml"\n', "merchant.toml:3: issue_key.body: there is no"
         " 'xml' here; known are form, json"),
        ('[issue_key]\nmethod = "get"\n', "merchant.toml:2: issue_key.method: there is no 'get' here"),
        ('[issue_key]\npath = "/x"\nvalues.odrer = "a"\n', "merchant.toml:3: issue_key.values.odrer:"
         " there is no 'odrer' here, did you mean order?; known are order, merchant_uid"),
        ('[issue_key]\npath = "/x"\nfields = { card = { n = "1" } }\n', "merchant.toml:3:"
         " issue_key.fields: a field is a text, a number, true or false: nested fields"),
        ('url = "localhost"\n', "merchant.toml:1: url: Expected `str` matching regex"),
        ("settles_within = -1\n", "merchant.toml:1: settles_within: Expected `float` > 0"),
        ("url = \n", "merchant.toml: Invalid value (at line 1, column 7)"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(tmp_path, text).startswith(said)


def test_a_file_that_cant_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="can't be read: No such file"):
        read_description(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'url = "\xe9"')
    with pytest.raises(DescriptionError, match="it is not UTF-8"):
        read_description(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("place", "found"),
    [("a.b", 1), ("list.1.c", 2), ("list.9", None), ("a.b.c", None), ("none", None)],
)
def test_a_place_in_an_answer_may_be_anywhere(place: str, found: object) -> None:
    assert look_up({"a": {"b": 1}, "list": [0, {"c": 2}]}, place) == found
