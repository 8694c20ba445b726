"""SipHash, by which Keras distributes strings over bins if there is a salt."""

from __future__ import annotations

_MASK = 2**64 - 1


def siphash(data: bytes, key: tuple[int, int]) -> int:
    """Return SipHash-2-4 of bytes with a key of two 64-bit numbers.

    References
    ----------
    Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012.
    """
    first, second = (part & _MASK for part in key)
    state = [
        first ^ 0x736F6D6570736575,
        second ^ 0x646F72616E646F6D,
        first ^ 0x6C7967656E657261,
        second ^ 0x7465646279746573,
    ]
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        state[3] ^= word
        state = _rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    a, b, c, d = _rounds(state, 4)
    return a ^ b ^ c ^ d


def _rounds(state: list[int], count: int) -> list[int]:
    a, b, c, d = state
    for _ in range(count):
        a, c = (a + b) & _MASK, (c + d) & _MASK
        b, d = _turned(b, 13) ^ a, _turned(d, 16) ^ c
        a, c = _turned(a, 32), (c + b) & _MASK
        a, b = (a + d) & _MASK, _turned(b, 17) ^ c
        c, d = _turned(c, 32), _turned(d, 21) ^ a
    return [a, b, c, d]


def _turned(value: int, bits: int) -> int:
    """Return 64 bits, rotated to the left."""
    return (value << bits | value >> (64 - bits)) & _MASK
