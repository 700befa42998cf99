"""Points of edwards25519 (RFC 8032 §5.1), to make signatures that libraries disagree about."""

from hashlib import sha512
from typing import Final

Point = tuple[int, int]

P: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of the base point; the curve has eight times as many points."""
D: Final = -121665 * pow(121666, -1, P) % P
NEUTRAL: Final[Point] = (0, 1)


def recovered(y: int) -> Point | None:
    """Return the point of this y whose x is even, or None if there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (P - x if x % 2 else x, y)


def added(one: Point, two: Point) -> Point:
    """Return the sum."""
    (a, b), (c, d) = one, two
    product = D * a * b * c * d % P
    return (
        (a * d + b * c) * pow(1 + product, -1, P) % P,
        (b * d + a * c) * pow(1 - product, -1, P) % P,
    )


def times(count: int, point: Point) -> Point:
    """Return the point added to itself so many times."""
    result = NEUTRAL
    while count:
        if count & 1:
            result = added(result, point)
        point, count = added(point, point), count >> 1
    return result


def encoded(point: Point, *, longer: bool = False) -> bytes:
    """Return the encoding; with `longer` the other one, where y is small enough to have another."""
    x, y = point
    return (y + P * longer | (x & 1) << 255).to_bytes(32, "little")


def challenge(commitment: bytes, key: bytes, message: bytes) -> int:
    """Return what an Ed25519 signature answers to."""
    return int.from_bytes(sha512(commitment + key + message).digest(), "little") % ORDER


def _base() -> Point:
    found = recovered(4 * pow(5, -1, P) % P)
    assert found is not None
    return found


def _of_order_eight() -> Point:
    for y in range(2, 100):
        point = recovered(y)
        torsion = times(ORDER, point) if point is not None else NEUTRAL
        if times(4, torsion) != NEUTRAL:
            return torsion
    raise AssertionError("half of all points have one")


BASE: Final = _base()
TORSION: Final = [times(count, _of_order_eight()) for count in range(8)]
"""The points of small order, the neutral one first."""
