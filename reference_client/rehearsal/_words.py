"""What the steps of a walk are called, in English and in Korean."""

from collections.abc import Mapping
from typing import Any, Literal

__all__ = ["Language", "told_step", "words"]

Language = Literal["en", "ko"]

_DEEDS: Mapping[str, tuple[str, str]] = {
    "register": ("Keep a card", "카드 등록"),
    "pay_by_card": ("Pay by card", "카드로 결제"),
    "pay_by_key": ("Pay by kept card", "등록한 카드로 결제"),
    "reconcile": ("Ask what became of the charge", "결제 결과 확인"),
    "look": ("Look at the payment", "결제 조회"),
    "look_at_key": ("Look at the kept card", "등록한 카드 조회"),
    "look_at_schedule": ("Look at the schedule", "예약 조회"),
    "cancel": ("Give money back", "결제 취소"),
    "schedule": ("Schedule a charge", "결제 예약"),
    "unschedule": ("Revoke schedules", "예약 취소"),
    "delete_key": ("Delete the kept card", "등록한 카드 삭제"),
    "set_clock": ("Set the clock", "시각 설정"),
    "advance": ("Time passes", "시간이 지남"),
    "wait_for_webhooks": ("Wait for webhooks, and ask", "웹훅을 기다려 조회로 확인"),
    "books": ("What i'mport holds now", "아임포트에 남은 기록"),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "saw": ("what the merchant saw", "가맹점이 본 것"),
    "recorded": ("what i'mport recorded", "아임포트의 기록"),
    "expected": ("but the file says", "파일의 기대"),
    "lesson": ("What a bad merchant loses", "잘못 다루면 잃는 것"),
    "good": ("What a good merchant does", "올바른 처리"),
    "went": ("steps were seen as the file says", "단계가 파일과 같음"),
}


def words(name: str, language: Language) -> str:
    """A heading or a remark."""
    return _in(_WORDS[name], language)


def told_step(deed: str, argument: Any, language: Language) -> str:
    """A step in a line."""
    if not isinstance(argument, Mapping) or deed in ("books", "wait_for_webhooks"):
        arguments = argument if isinstance(argument, str) else ""
    else:
        arguments = ", ".join(f"{name} {value}" for name, value in argument.items())
    return f"{_in(_DEEDS[deed], language)}: {arguments}".removesuffix(": ")


def _in(texts: tuple[str, str], language: Language) -> str:
    return texts[language == "ko"]
