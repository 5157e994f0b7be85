"""Mail, against a real server on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dumont.basics.errors import Invalid, Unavailable
from dumont.platform.mail import Letter, NoMail, SmtpMail, make_mail
from dumont.platform.settings import load

LETTER = Letter("ada@example.com", "Grüße", "Hello Ada,\n\nread this.\n")


class PostOffice:
    """Speaks as much SMTP as a client needs; `refuses` makes it answer 550 to that word."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.heard: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        in_data = False
        while line := (await reader.readline()).decode().rstrip("\r\n") or "-":
            self.heard.append(line)
            word = line.split(" ")[0].split(":")[0].upper()
            if in_data:
                if line != ".":
                    continue
                in_data, answer = False, "250 taken"
            elif word == self.refuses:
                answer = "550 no"
            else:
                in_data = word == "DATA"
                answer = {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 fine")
            writer.write(f"{answer}\r\n".encode())
            if word == "QUIT" or reader.at_eof():
                writer.close()
                return


@asynccontextmanager
async def open_at(office: PostOffice) -> AsyncIterator[str]:
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class TestSmtpMail:
    async def test_hands_the_letter_over(self) -> None:
        office = PostOffice()
        async with open_at(office) as address:
            await SmtpMail(f"smtp://{address}", "Dumont <no-reply@dumont.test>").send(LETTER)
        assert "mail FROM:<no-reply@dumont.test>" in office.heard
        assert "rcpt TO:<ada@example.com>" in office.heard
        assert "To: ada@example.com" in office.heard
        assert "read this." in office.heard

    async def test_gives_no_password_away_on_an_open_line(self) -> None:
        office = PostOffice()
        async with open_at(office) as address:
            with pytest.raises(Unavailable):
                await SmtpMail(f"smtp://user:geheim@{address}", "no-reply@dumont.test").send(LETTER)
        assert not any(line.upper().startswith("AUTH") for line in office.heard)

    async def test_tells_a_refusal_from_an_absence(self) -> None:
        async with open_at(PostOffice(refuses="RCPT")) as address:
            with pytest.raises(Invalid):
                await SmtpMail(f"smtp://{address}", "no-reply@dumont.test").send(LETTER)
        with pytest.raises(Unavailable):
            await SmtpMail(f"smtp://{address}", "no-reply@dumont.test").send(LETTER)

    async def test_lets_no_address_carry_a_header_in(self) -> None:
        async with open_at(PostOffice()) as address:
            with pytest.raises(Invalid):
                await SmtpMail(f"smtp://{address}", "no-reply@dumont.test").send(
                    Letter("ada@example.com\r\nBcc: all@example.com", "x", "y")
                )

    @pytest.mark.parametrize("url", ["http://host", "smtp://", "host:25"])
    def test_refuses_a_wrong_url_without_repeating_it(self, url: str) -> None:
        with pytest.raises(Invalid, match="DUMONT_SMTP_URL"):
            SmtpMail(url, "no-reply@dumont.test")


class TestMakeMail:
    async def test_is_silent_where_nothing_is_configured(self) -> None:
        mail = make_mail(load({}).settings)
        assert isinstance(mail, NoMail)
        assert not mail.configured
        await mail.send(LETTER)

    def test_reads_the_settings(self) -> None:
        mail = make_mail(load({"DUMONT_SMTP_URL": "smtps://host"}).settings)
        assert mail.configured
