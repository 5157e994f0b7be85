"""Secrets are found in whatever form they come, and what only looks like them a little is left alone."""

import base64
import json

import pytest

from dumont.providers.scrubbing import Scrubber

SECRET = "s3cr3t/key+with=signs"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"https://cloud/x?api_key={SECRET}&a=1",
        "https://cloud/x?k=s3cr3t%2Fkey%2Bwith%3Dsigns",
        f"Authorization: Bearer {SECRET}",
        "Basic " + base64.b64encode(f"{SECRET}:".encode()).decode(),
        json.dumps({"deep": [{"msg": f"bad key {SECRET}"}]}),
    ],
)
def test_a_known_secret_is_gone_in_every_form(text: str) -> None:
    clean = Scrubber([SECRET])(text)
    assert "***" in clean
    assert not [form for form in (SECRET, "s3cr3t", base64.b64encode(SECRET.encode()).decode()[:20]) if form in clean]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('{"instance_api_key": "abcdef", "id": 1}', "abcdef"),
        ('{"jupyter_token":"tok-1"}', "tok-1"),
        ('{"email": "a@b.de"}', "a@b.de"),
        ("password=hunter22&x=1", "hunter22"),
        ("https://s3/log?X-Amz-Signature=abcdef0123&x=1", "abcdef0123"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----", "MIIabc"),
    ],
)
def test_an_unknown_secret_is_known_by_its_name(text: str, secret: str) -> None:
    assert secret not in Scrubber()(text)


def test_each_line_of_a_private_key_is_a_secret() -> None:
    lines = [
        "-----BEGIN PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0B",
        "AQEFAASCBKcwggSjAgEAAoIB",
        "-----END PRIVATE KEY-----",
    ]
    assert Scrubber(["\n".join(lines)])(f"it said {lines[2]}") == "it said ***"


def test_json_stays_json_and_the_rest_stays_what_it_is() -> None:
    text = json.dumps({"token": 12345, "next_token": "MTIz", "price": 0.36, "secret": None, "n": [1, 2]})
    assert json.loads(Scrubber()(text)) == {
        "token": "***",
        "next_token": "MTIz",
        "price": 0.36,
        "secret": None,
        "n": [1, 2],
    }


def test_short_values_are_no_secrets() -> None:
    assert Scrubber(["us"])("a use of us") == "a use of us"
