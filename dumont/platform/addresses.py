"""Where people find this server, as far as it knows."""

from dumont.platform.settings import Settings

ALL_INTERFACES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def address_of(settings: Settings, port: int | None = None) -> str:
    """The public address; without one, that of this machine, for a server that listens everywhere is nowhere by name.

    `port` is the one it got, if another was asked for.
    """
    if settings.public_url:
        return settings.public_url
    host = ALL_INTERFACES.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port or settings.port}"
