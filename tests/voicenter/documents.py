"""The documents' examples, and the moments their tests are received at."""

from datetime import UTC, datetime
from pathlib import Path

DOCUMENTS = Path(__file__).parent.parent / "fixtures" / "voicenter" / "documents"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def example(name: str) -> bytes:
    """The bytes of one example."""
    return (DOCUMENTS / name).read_bytes()
