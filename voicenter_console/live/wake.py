"""Redis wakes the listeners' poller sooner than its next look. Nothing depends on it: a lost wake costs a moment."""

from __future__ import annotations

import asyncio
import logging
from functools import lru_cache

import redis
import redis.asyncio
from django.conf import settings

logger = logging.getLogger(__name__)


def _channel() -> str:
    return f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}live"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=1.0)


def send() -> None:
    """Wake the pollers of all web processes."""
    _client().publish(_channel(), b"1")


async def listen(woken: asyncio.Event) -> None:
    """Set `woken` at each wake, until cancelled; after a lost connection try again."""
    while True:
        try:
            async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
                await channel.subscribe(_channel())
                async for _ in channel.listen():
                    woken.set()
        except (redis.RedisError, OSError):
            logger.warning("Redis does not wake the live line; it looks by itself meanwhile", exc_info=True)
            await asyncio.sleep(5)
