import socket
from typing import Any

import httpx
import pytest

from fake_iamport import FakeIamport, __version__
from fake_iamport.domain.card import Card
from fake_iamport.domain.contact import Contact
from fake_iamport.domain.payment import Cancellation, Payment, PaymentStatus
from fake_iamport.operations.answers import payment_answer
from fake_iamport.wire.envelope import success_bytes

pytestmark = pytest.mark.anyio

KCP_RECEIPT = (
    "https://admin8.kcp.co.kr/assist/bill.BillActionNew.do?cmd=card_bill&tno=22895235578509"
    "&order_no=imp_803037736674&trade_mony=100"
)
CANCELLED_KCP = Payment(
    imp_uid="imp_803037736674",
    merchant_uid="ph27",
    status=PaymentStatus.CANCELLED,
    amount=100,
    cancel_amount=100,
    cancellations=(
        Cancellation(
            pg_tid="22895235578509",
            amount=100,
            cancelled_at=1663837543,
            reason="취소요청api",
            receipt_url=KCP_RECEIPT,
        ),
    ),
    cancelled_at=1663837543,
    pg_provider="kcp",
    pg_id="A7NC2",
    pg_tid="22895235578509",
    apply_num="30046339",
    receipt_url=KCP_RECEIPT,
    started_at=1663830037,
    paid_at=1663830095,
    name="test 외 1건",
    buyer=Contact(name="주문자명"),
    card=Card(number="5570420000007221", code="381", name="KB국민카드", type=0),
    channel="pc",
    user_agent=(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/105.0.0.0 Safari/537.36"
    ),
)
CANCELLED_KCP_BYTES = (
    rb'{"code":0,"message":null,"response":{"amount":100,"apply_num":"30046339","bank_code":null,'
    rb'"bank_name":null,"buyer_addr":null,"buyer_email":null,"buyer_name":"\uc8fc\ubb38\uc790\uba85",'
    rb'"buyer_postcode":null,"buyer_tel":null,"cancel_amount":100,"cancel_history":[{"pg_tid":'
    rb'"22895235578509","amount":100,"cancelled_at":1663837543,"reason":"\ucde8\uc18c\uc694\uccadapi",'
    rb'"receipt_url":"https:\/\/admin8.kcp.co.kr\/assist\/bill.BillActionNew.do?cmd=card_bill&tno='
    rb'22895235578509&order_no=imp_803037736674&trade_mony=100"}],"cancel_reason":'
    rb'"\ucde8\uc18c\uc694\uccadapi","cancel_receipt_urls":["https:\/\/admin8.kcp.co.kr\/assist\/'
    rb"bill.BillActionNew.do?cmd=card_bill&tno=22895235578509&order_no=imp_803037736674&trade_mony="
    rb'100"],"cancelled_at":1663837543,"card_code":"381","card_name":"KB\uad6d\ubbfc\uce74\ub4dc",'
    rb'"card_number":"5570420000007221","card_quota":0,"card_type":0,"cash_receipt_issued":false,'
    rb'"channel":"pc","currency":"KRW","custom_data":null,"customer_uid":null,"customer_uid_usage":'
    rb'null,"emb_pg_provider":null,"escrow":false,"fail_reason":null,"failed_at":0,"imp_uid":'
    rb'"imp_803037736674","merchant_uid":"ph27","name":"test \uc678 1\uac74","paid_at":1663830095,'
    rb'"pay_method":"card","pg_id":"A7NC2","pg_provider":"kcp","pg_tid":"22895235578509",'
    rb'"receipt_url":"https:\/\/admin8.kcp.co.kr\/assist\/bill.BillActionNew.do?cmd=card_bill&tno='
    rb'22895235578509&order_no=imp_803037736674&trade_mony=100","started_at":1663830037,"status":'
    rb'"cancelled","user_agent":"Mozilla\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\/537.36 '
    rb'(KHTML, like Gecko) Chrome\/105.0.0.0 Safari\/537.36","vbank_code":null,"vbank_date":0,'
    rb'"vbank_holder":null,"vbank_issued_at":0,"vbank_name":null,"vbank_num":null}}'
)
PAID_INICIS = Payment(
    imp_uid="imp_088022300265",
    merchant_uid="57008833-33010",
    status=PaymentStatus.PAID,
    amount=1,
    pg_provider="html5_inicis",
    pg_id="INIBillTst",
    pg_tid="StdpayCARDINIBillTst20240306194748374762",
    apply_num="31491375",
    receipt_url=(
        "https://iniweb.inicis.com/receipt/iniReceipt.jsp"
        "?noTid=StdpayCARDINIBillTst20240306194748374762"
    ),
    started_at=1709722022,
    paid_at=1709722069,
    name="당근 10kg",
    buyer=Contact(
        name="포트원 기술지원팀",
        email="<redacted>",
        tel="010-1234-5678",
        addr="서울특별시 강남구 삼성동",
        postcode="123-456",
    ),
    card=Card(number="559410*********4", code="366", name="신한카드", type=1),
    channel="pc",
    user_agent="Mozilla/5.0 (Macintosh)",
)
PAID_INICIS_BYTES = (
    rb'{"code":0,"message":null,"response":{"amount":1,"apply_num":"31491375","bank_code":null,'
    rb'"bank_name":null,"buyer_addr":"\uc11c\uc6b8\ud2b9\ubcc4\uc2dc \uac15\ub0a8\uad6c '
    rb'\uc0bc\uc131\ub3d9","buyer_email":"<redacted>","buyer_name":"\ud3ec\ud2b8\uc6d0 '
    rb'\uae30\uc220\uc9c0\uc6d0\ud300","buyer_postcode":"123-456","buyer_tel":"010-1234-5678",'
    rb'"cancel_amount":0,"cancel_history":[],"cancel_reason":null,"cancel_receipt_urls":[],'
    rb'"cancelled_at":0,"card_code":"366","card_name":"\uc2e0\ud55c\uce74\ub4dc","card_number":'
    rb'"559410*********4","card_quota":0,"card_type":1,"cash_receipt_issued":false,"channel":"pc",'
    rb'"currency":"KRW","custom_data":null,"customer_uid":null,"customer_uid_usage":null,'
    rb'"emb_pg_provider":null,"escrow":false,"fail_reason":null,"failed_at":0,"imp_uid":'
    rb'"imp_088022300265","merchant_uid":"57008833-33010","name":"\ub2f9\uadfc 10kg","paid_at":'
    rb'1709722069,"pay_method":"card","pg_id":"INIBillTst","pg_provider":"html5_inicis","pg_tid":'
    rb'"StdpayCARDINIBillTst20240306194748374762","receipt_url":"https:\/\/iniweb.inicis.com\/receipt'
    rb'\/iniReceipt.jsp?noTid=StdpayCARDINIBillTst20240306194748374762","started_at":1709722022,'
    rb'"status":"paid","user_agent":"Mozilla\/5.0 (Macintosh)","vbank_code":null,"vbank_date":0,'
    rb'"vbank_holder":null,"vbank_issued_at":0,"vbank_name":null,"vbank_num":null}}'
)


@pytest.mark.parametrize(
    ("payment", "recorded"),
    [(CANCELLED_KCP, CANCELLED_KCP_BYTES), (PAID_INICIS, PAID_INICIS_BYTES)],
    ids=["cancelled at kcp, 2022", "paid at inicis, 2024"],
)
async def test_a_record_gives_the_recorded_bytes(payment: Payment, recorded: bytes) -> None:
    assert success_bytes(payment_answer(payment, strict=False)) == recorded


async def test_headers_are_the_recorded_ones_and_one_that_names_the_emulator() -> None:
    with FakeIamport() as server:
        answer = httpx.get(f"{server.url}/payments/imp_1")
        closing = httpx.get(f"{server.url}/payments/imp_1", headers={"Connection": "close"})

    assert dict(answer.headers) == {
        "date": answer.headers["date"],
        "content-type": "application/json; charset=UTF-8",
        "content-length": str(len(answer.content)),
        "connection": "keep-alive",
        "server": "Apache",
        "x-content-type-options": "nosniff",
        "x-xss-protection": "1; mode=block",
        "x-frame-options": "SAMEORIGIN",
        "x-fake-iamport": __version__,
    }
    assert closing.headers.get_list("connection") == ["close"]


async def test_the_same_seed_and_calls_give_the_same_bytes(clock: Any, card: Any) -> None:
    from fake_iamport import Settings, create_app
    from fake_iamport.settings import PUBLIC_SANDBOX_KEY, PUBLIC_SANDBOX_SECRET

    async def run(seed: int) -> list[bytes]:
        transport = httpx.ASGITransport(create_app(Settings(seed=seed), clock=clock))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            keys = {"imp_key": PUBLIC_SANDBOX_KEY, "imp_secret": PUBLIC_SANDBOX_SECRET}
            token = await http.post("/users/getToken", json=keys)
            headers = {"Authorization": token.json()["response"]["access_token"]}
            order = {**card, "merchant_uid": "order", "amount": 1000, "customer_uid": "c"}
            paid = await http.post("/subscribe/payments/onetime", json=order, headers=headers)
            return [token.content, paid.content]

    assert await run(7) == await run(7)
    assert await run(7) != await run(8)


@pytest.mark.parametrize(
    ("version", "wish", "closing"),
    [
        ("1.1", "", False),
        ("1.1", "keep-alive", False),
        ("1.1", "close", True),
        ("1.1", "Close, TE", True),
        ("1.0", "", True),
        ("1.0", "keep-alive", True),
    ],
)
async def test_a_connection_is_said_to_stay_or_to_close_and_never_both(
    version: str, wish: str, closing: bool
) -> None:
    with FakeIamport() as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            header = f"Connection: {wish}\r\n" if wish else ""
            request = f"GET /payments/imps_1 HTTP/{version}\r\nHost: a\r\n{header}\r\n"
            connection.sendall(request.encode())
            head = connection.recv(65536).partition(b"\r\n\r\n")[0].lower()

    said = [line for line in head.split(b"\r\n") if line.startswith(b"connection:")]
    assert said == [b"connection: close" if closing else b"connection: keep-alive"]
