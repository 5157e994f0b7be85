"""How much one reader may ask of the live hub, and how long it may be silent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    hello_seconds: float = 10
    ping_seconds: float = 22
    """At each ping the token is looked at again too."""
    silent_seconds: float = 60
    """Without a word for so long, or with a message untaken for so long, a reader is dead."""
    message_bytes: int = 16_384
    messages_minute: int = 600
    topics: int = 100
    topic_length: int = 200
    sockets: int = 10_000
    sockets_user: int = 20
    buffer_messages: int = 1_000
    buffer_bytes: int = 4_000_000
    replay_messages: int = 500
    replay_scan: int = 20_000
    """A reader further back than so many events of all topics reloads, however few are its own."""
    gap_events: int = 10_000
