import gc, socket, asyncio
from typing import Any
import msgspec
import pytest
pytestmark = pytest.mark.anyio
def paths(app, secret):
    seen=set(); waiting=[(app.emulator,())]
    while waiting:
        thing, path = waiting.pop(0)
        if id(thing) in seen or isinstance(thing, type): continue
        seen.add(id(thing))
        path = (*path, f"{type(thing).__name__}:{repr(thing)[:80]}")
        if isinstance(thing,str) and secret in thing:
            print("\n  ".join(path)); return
        if isinstance(thing, msgspec.Struct):
            waiting += [(getattr(thing, name), path) for name in thing.__struct_fields__]
        waiting += [(part,path) for part in gc.get_referents(thing) if not callable(part)]
    print("NOT FOUND")
@pytest.mark.parametrize("n", range(8))
async def test_pending(shop: Any, receiver: Any, n) -> None:
    receiver.open.clear()
    for k in range(n*3+1):
        await shop.pay(f"o{k}")
    await receiver.arrived(1)
    paths(shop.app, shop.card["card_number"])
async def test_pending_mute(shop: Any) -> None:
    s = socket.create_server(("127.0.0.1", 0))
    shop.set(notice_url=[f"http://127.0.0.1:{s.getsockname()[1]}/"])
    await shop.pay("o")
    import asyncio; await asyncio.sleep(0.1)
    gc.collect()
    shop.s = s
    s.close()
@pytest.mark.parametrize("host", ["127.0.0.1","localhost"])
@pytest.mark.parametrize("n", range(30))
async def test_pending_just_now(shop: Any, n: int, host) -> None:
    shop.set(notice_url=[f"http://{host}:9/{k}" for k in range(n)])
    await asyncio.gather(*(shop.pay(f"o{k}") for k in range(n)))
    for _ in range(n): await asyncio.sleep(0)
    gc.collect()
@pytest.mark.parametrize("n", range(30))
async def test_pending_just_now2(shop: Any, n: int, receiver) -> None:
    receiver.open.clear()
    shop.set(notice_url=[f"{receiver.url}/{k}" for k in range(n)])
    await asyncio.gather(*(shop.pay(f"o{k}") for k in range(n)))
    for _ in range(n): await asyncio.sleep(0)
    gc.collect()
    paths(shop.app, shop.card["card_number"])
@pytest.mark.parametrize("n", range(1,30,4))
async def test_pending_gather(shop: Any, n: int) -> None:
    await asyncio.gather(*(shop.pay(f"o{k}") for k in range(n)))
    paths(shop.app, shop.card["card_number"])
async def test_release(shop: Any, receiver: Any) -> None:
    shop.set(hold_webhooks=True)
    await shop.pay("o")
    receiver.open.clear()
    await shop.control("POST", "/release", json={"timeout":0})
    gc.collect()
    await receiver.arrived(1)
    paths(shop.app, shop.card["card_number"])
