"""Whether a request to the simulated EC2 was signed with the secret of its one account (AWS signature, version 4)."""

import re
from collections.abc import Mapping
from typing import Any

CREDENTIAL = re.compile(r"Credential=([^/]+)/(\d+)/([\w-]+)/ec2/aws4_request")


def region_of(headers: Mapping[str, str]) -> str:
    found = CREDENTIAL.search(headers.get("authorization", ""))
    return found[3] if found else "us-east-1"


def signed_by_us(scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes, key: tuple[str, str]) -> bool:
    """Counts the signature once more, as botocore does it."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    told = headers.get("authorization", "")
    credential, signature = CREDENTIAL.search(told), re.search(r"Signature=([0-9a-f]+)", told)
    names = re.search(r"SignedHeaders=([\w;-]+)", told)
    if not credential or not signature or not names or credential[1] != key[0]:
        return False
    url = f"http://{headers['host']}{scope['signed_path']}"
    request = AWSRequest(
        scope["method"], url, data=body, headers={name: headers.get(name, "") for name in names[1].split(";")}
    )
    request.context["timestamp"] = headers.get("x-amz-date", "")
    counted = SigV4Auth(Credentials(*key), "ec2", credential[3])
    wanted = counted.string_to_sign(request, counted.canonical_request(request))
    return bool(counted.signature(wanted, request) == signature[1])
