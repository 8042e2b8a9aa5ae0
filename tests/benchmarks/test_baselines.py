import json

import httpx
import pytest

from benchmarks.baselines.bare import bare_app
from benchmarks.baselines.smallest_starlette import smallest_app


@pytest.mark.anyio
@pytest.mark.parametrize("size", [60, 150, 1000, 1517])
async def test_baselines_answer_as_many_bytes_as_wanted(size: int) -> None:
    for app in (bare_app(size), smallest_app(size)):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            answer = await http.post("/users/getToken", json={"imp_key": "key"})

        assert len(answer.content) == size
        assert json.loads(answer.content)["code"] == 0


@pytest.mark.anyio
async def test_the_starlette_baseline_reads_the_body() -> None:
    transport = httpx.ASGITransport(smallest_app(150), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answer = await http.post("/users/getToken", content=b"{no json")

    assert answer.status_code == 500
