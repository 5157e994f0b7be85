"""A post office that keeps the letters."""

from dumont.platform.mail import Letter


class FakeMail:
    def __init__(self, *, configured: bool = True) -> None:
        self.configured = configured
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)
