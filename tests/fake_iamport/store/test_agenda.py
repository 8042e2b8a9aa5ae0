"""An agenda against a plain list that is sorted anew with every step."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fake_iamport.store.agenda import Agenda

_STEPS = st.lists(
    st.sampled_from(["add", "remove first", "remove any", "put first back"])
    | st.tuples(st.integers(0, 20)),
    max_size=300,
)


@given(_STEPS, st.randoms(use_true_random=False), st.integers(0, 20), st.integers(0, 20))
def test_the_first_is_the_first_whatever_came_and_went(
    steps: list[str | tuple[int]], chance: Random, since: int, until: int
) -> None:
    agenda = Agenda()
    waiting: list[tuple[int, int]] = []
    left: list[tuple[int, int]] = []
    for number, step in enumerate(steps):
        if isinstance(step, tuple) or step == "add":
            place = (step[0] if isinstance(step, tuple) else number, number)
            agenda.add(*place)
            waiting.append(place)
        elif step == "put first back" and left:
            place = left.pop()
            agenda.add(*place)
            waiting.append(place)
        elif step.startswith("remove") and waiting:
            place = min(waiting) if step == "remove first" else chance.choice(waiting)
            agenda.remove(*place)
            waiting.remove(place)
            left.append(place)

        assert agenda.first() == (min(waiting)[1] if waiting else None)
    assert agenda.between(since, until) == [
        number for moment, number in sorted(waiting) if since <= moment < until
    ]


def test_many_that_are_worked_off_are_not_kept() -> None:
    agenda = Agenda()
    for number in range(10_000):
        agenda.add(number, number)
    for number in range(9_999):
        agenda.remove(number, number)

    assert agenda.first() == 9_999
    assert len(agenda._places) < 100
