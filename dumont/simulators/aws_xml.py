"""Answers of EC2 that the gate gives itself, in EC2's XML."""

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from starlette.responses import Response

SPACE = "http://ec2.amazonaws.com/doc/2016-11-15"
PAGE = 100
LISTS = {
    "DescribeInstanceTypeOfferings": "instanceTypeOfferingSet",
    "DescribeSpotPriceHistory": "spotPriceHistorySet",
    "DescribeInstances": "reservationSet",
}
"""The lists with pages, and the element that holds their rows."""
IMAGES = (
    ("ami-0d0d0d0d0d0d0d001", "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) 20250801", "2025-08-01"),
    ("ami-0d0d0d0d0d0d0d002", "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) 20251101", "2025-11-01"),
)


def refusal(code: str, message: str, status: int) -> Response:
    errors = f"<Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>{errors}<RequestID>simulated</RequestID></Response>'
    return Response(body, status, media_type="text/xml")


def nothing(action: str, items: str, next_token: str = "") -> Response:
    following = f"<nextToken>{next_token}</nextToken>" if next_token else ""
    return _answer(action, f"<{items}/>{following}")


def offerings(places: Sequence[tuple[str, str]]) -> Response:
    rows = "".join(
        f"<item><instanceType>{kind}</instanceType><locationType>availability-zone</locationType>"
        f"<location>{zone}</location></item>"
        for kind, zone in places
    )
    return _answer("DescribeInstanceTypeOfferings", f"<instanceTypeOfferingSet>{rows}</instanceTypeOfferingSet>")


def spot_prices(prices: Sequence[tuple[str, str, str]], now: datetime, token: str | None) -> Response:
    """By pages; each row as it was valid a little before now."""
    begin = int(token or 0)
    rows = "".join(
        f"<item><instanceType>{kind}</instanceType><productDescription>Linux/UNIX</productDescription>"
        f"<spotPrice>{price}</spotPrice><timestamp>{now:%Y-%m-%dT%H:%M:%S}.000Z</timestamp>"
        f"<availabilityZone>{zone}</availabilityZone></item>"
        for kind, zone, price in prices[begin : begin + PAGE]
    )
    following = str(begin + PAGE) if begin + PAGE < len(prices) else ""
    next_token = f"<nextToken>{following}</nextToken>"
    return _answer("DescribeSpotPriceHistory", f"<spotPriceHistorySet>{rows}</spotPriceHistorySet>{next_token}")


def images() -> Response:
    """The newest is not the first."""
    disk = "<item><deviceName>/dev/sda1</deviceName><ebs><volumeSize>65</volumeSize></ebs></item>"
    rows = "".join(
        f"<item><imageId>{number}</imageId><name>{name}</name><creationDate>{made}T00:00:00.000Z</creationDate>"
        f"<imageState>available</imageState><architecture>x86_64</architecture><rootDeviceName>/dev/sda1</rootDeviceName>"
        f"<blockDeviceMapping>{disk}</blockDeviceMapping></item>"
        for number, name, made in IMAGES
    )
    return _answer("DescribeImages", f"<imagesSet>{rows}</imagesSet>")


def _answer(action: str, inside: str) -> Response:
    body = f'<{action}Response xmlns="{SPACE}"><requestId>simulated</requestId>{inside}</{action}Response>'
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', media_type="text/xml")
