import pytest

import fake_iamport


@pytest.mark.parametrize("name", fake_iamport.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(fake_iamport, name)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Iamport'"):
        _ = fake_iamport.Iamport
