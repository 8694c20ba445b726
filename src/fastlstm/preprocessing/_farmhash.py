"""The 64-bit fingerprint of FarmHash, by which Keras distributes unknown strings over several indices."""

from __future__ import annotations

_MASK = 2**64 - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def fingerprint(data: bytes) -> int:
    """Return FarmHash's Fingerprint64 of bytes.

    References
    ----------
    G. Pike, FarmHash (2014), whose fingerprints are fixed for all time.
    """
    size = len(data)
    if size <= 16:
        return _up_to_16(data, size)
    multiplier = _K2 + 2 * size
    if size <= 32:
        a, b = _word(data, 0) * _K1, _word(data, 8)
        c, d = _word(data, size - 8) * multiplier, _word(data, size - 16) * _K2
        return _mixed(_turned(a + b, 43) + _turned(c, 30) + d, a + _turned(b + _K2, 18) + c, multiplier)
    return _up_to_64(data, size, multiplier) if size <= 64 else _long(data, size)


def _up_to_16(data: bytes, size: int) -> int:
    multiplier = _K2 + 2 * size
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, size - 8)
        return _mixed(_turned(b, 37) * multiplier + a, (_turned(a, 25) + b) * multiplier, multiplier)
    if size >= 4:
        first, last = (int.from_bytes(data[i : i + 4], "little") for i in (0, size - 4))
        return _mixed(size + (first << 3), last, multiplier)
    if size:
        y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
        return _folded(y * _K2 ^ z * _K0) * _K2 & _MASK
    return _K2


def _up_to_64(data: bytes, size: int, multiplier: int) -> int:
    a, b = _word(data, 0) * _K2, _word(data, 8)
    c, d = _word(data, size - 8) * multiplier, _word(data, size - 16) * _K2
    y = _turned(a + b, 43) + _turned(c, 30) + d
    z = _mixed(y, a + _turned(b + _K2, 18) + c, multiplier)
    e, f = _word(data, 16) * multiplier, _word(data, 24)
    g, h = (y + _word(data, size - 32)) * multiplier, (z + _word(data, size - 24)) * multiplier
    return _mixed(_turned(e + f, 43) + _turned(g, 30) + h, e + _turned(f + a, 18) + g, multiplier)


def _long(data: bytes, size: int) -> int:
    x, y = 81, 81 * _K1 + 113
    z = _folded(y * _K2 + 113) * _K2
    v, w = (0, 0), (0, 0)
    x = x * _K2 + _word(data, 0)
    for at in range(0, (size - 1) // 64 * 64, 64):
        x, y, z, v, w = _round(data, at, (x, y, z), v, w, _K1, 1)
    # The last 64 bytes, some of which the last round has read already.
    multiplier = _K1 + ((z & 0xFF) << 1)
    w = (w[0] + (size - 1 & 63), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x, y, z, v, w = _round(data, size - 64, (x, y, z), v, w, multiplier, 9)
    return _mixed(_mixed(v[0], w[0], multiplier) + _folded(y) * _K0 + z, _mixed(v[1], w[1], multiplier) + x, multiplier)


_Pair = tuple[int, int]


def _round(
    data: bytes, at: int, state: tuple[int, int, int], v: _Pair, w: _Pair, multiplier: int, weight: int
) -> tuple[int, int, int, _Pair, _Pair]:
    """Mix 64 bytes into the state."""
    x, y, z = state
    x = _turned(x + y + v[0] + _word(data, at + 8), 37) * multiplier
    y = _turned(y + v[1] + _word(data, at + 48), 42) * multiplier
    x ^= w[1] * weight
    y += v[0] * weight + _word(data, at + 40)
    z = _turned(z + w[0], 33) * multiplier
    v = _weak(data, at, v[1] * multiplier, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
    return z & _MASK, y & _MASK, x & _MASK, v, w


def _weak(data: bytes, at: int, a: int, b: int) -> _Pair:
    """Return a quick hash of 32 bytes with two seeds."""
    w, x, y, z = (_word(data, at + i) for i in (0, 8, 16, 24))
    a += w
    b = _turned(b + a + z, 21)
    c = a
    a += x + y
    b += _turned(a, 44)
    return a + z & _MASK, b + c & _MASK


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _turned(value: int, bits: int) -> int:
    """Return the lowest 64 bits of a value, rotated to the right."""
    value &= _MASK
    return (value >> bits | value << (64 - bits)) & _MASK


def _folded(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _mixed(first: int, second: int, multiplier: int) -> int:
    a = _folded((first ^ second) * multiplier)
    b = _folded((second & _MASK ^ a) * multiplier)
    return b * multiplier & _MASK
