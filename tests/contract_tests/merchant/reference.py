"""The reference merchant as the suite sees it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from contract_tests.merchant.description import Description, read_description
from reference_client import AsyncIamport
from reference_client.merchant import Patience, create_app

IMPATIENT = Patience(charge=5.0, look=2.0, waits=(0.0, 0.02))
MERCHANT_TOML = Path(__file__).parents[3] / "examples" / "reference.toml"


def description() -> Description:
    return read_description(MERCHANT_TOML)


def merchant(url: str, imp_key: str, imp_secret: str) -> Starlette:
    return closing(AsyncIamport(imp_key, imp_secret, base_url=url, timeout=5.0), create_app)


def closing(iamport: AsyncIamport, make: Callable[..., Starlette], client: Any = None) -> Starlette:
    app = make(client or iamport, patience=IMPATIENT)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with iamport:
            yield

    app.router.lifespan_context = lifespan
    return app
