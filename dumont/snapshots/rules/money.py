"""What keeping bytes costs."""

from decimal import ROUND_HALF_UP, Decimal

GB = Decimal(10**9)
CENT_OF_A_CENT = Decimal("0.000001")


def month(stored_bytes: int, price_gb_month: Decimal) -> Decimal:
    """In US dollars; a gigabyte is 10^9 bytes, as object stores bill it."""
    return (Decimal(stored_bytes) / GB * price_gb_month).quantize(CENT_OF_A_CENT, ROUND_HALF_UP)
