"""A receiver of webhooks that fails in every way that a merchant's server does."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["FlakyReceiver", "flaky_receiver"]

_ANSWERS = (b"200 OK", b"200 OK", b"200 OK", b"500 Internal Server Error", b"404 Not Found")


class FlakyReceiver:
    """Where it is, and how many webhooks came."""

    def __init__(self, chance: random.Random) -> None:
        self.received = 0
        self.url = ""
        self._chance = chance

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one webhook, or don't."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.received += 1
            whim = self._chance.random()
            if whim < 0.05:
                writer.transport.abort()
                return
            if whim < 0.1:
                await asyncio.sleep(0.1)
            status = self._chance.choice(_ANSWERS)
            writer.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # The emulator hung up, or the soak is over.
        finally:
            writer.close()


@asynccontextmanager
async def flaky_receiver(chance: random.Random) -> AsyncIterator[FlakyReceiver]:
    """Run one until the end of the block."""
    receiver = FlakyReceiver(chance)
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    receiver.url = f"http://{host}:{port}/webhooks"
    async with server:
        yield receiver
