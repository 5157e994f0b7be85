"""Figures of accounts, for Prometheus."""

from prometheus_client import Counter

SIGN_INS = Counter("dumont_sign_ins_total", "Attempts to sign in: ok, refused, or too_many.", ("outcome",))
