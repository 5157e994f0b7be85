"""The one service account of the simulated Google Cloud: its key, and whether an assertion was signed with it."""

import json
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dumont.simulators.world import World

EMAIL = "renter@simulated.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"


def credentials(_world: World, _url: str) -> dict[str, str]:
    pem = _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {
        "type": "service_account",
        "project_id": "simulated",
        "private_key_id": "simulated",
        "private_key": pem,
        "client_email": EMAIL,
        "token_uri": AUDIENCE,
    }
    return {"service_account": json.dumps(account)}


def token_for(assertion: str) -> bool:
    """The clock of the world may stand still, so times are not looked at."""
    try:
        claims = jwt.decode(
            assertion,
            _key().public_key(),
            algorithms=["RS256"],
            audience=AUDIENCE,
            options={"verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        return False
    return bool(claims.get("iss") == EMAIL and claims.get("exp", 0) - claims.get("iat", 0) <= 3600)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)
