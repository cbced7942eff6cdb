"""Compress the constant parts of a page once, and send them with parts that change.

A gzip body is a sequence of deflate blocks. The parts that are the same for everybody are kept as finished blocks; the
guest's own parts go between them uncompressed. So no request compresses a page, and a guest's secrets are never
compressed together with anything that an attacker could choose (the BREACH attack).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

_POLYNOMIAL = 0xEDB88320
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_END = b"\x03\x00"
"""An empty block with the "last" bit."""
_MOST_STORED = 0xFFFF


class CompressedPart(NamedTuple):
    """A constant part: plain, and as deflate blocks that end at a byte boundary, with its checksum.

    `shift` moves another checksum past this part's length (RFC 1952 has one checksum for the whole page).
    """

    plain: bytes
    blocks: bytes
    crc: int
    shift: int


def compress_part(text: str) -> CompressedPart:
    """Compress a part at the highest level."""
    plain = text.encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    blocks = deflate.compress(plain) + deflate.flush(zlib.Z_FULL_FLUSH)
    return CompressedPart(plain, blocks, zlib.crc32(plain), _shift(len(plain)))


def plain_page(parts: Sequence[CompressedPart | bytes]) -> bytes:
    """The page for a browser that does not accept gzip."""
    return b"".join([part if isinstance(part, bytes) else part.plain for part in parts])


def gzip_page(parts: Sequence[CompressedPart | bytes]) -> bytes:
    """The page as one gzip stream (RFC 1952)."""
    out, crc, size = [_HEADER], 0, 0
    for part in parts:
        if isinstance(part, bytes):
            out += [_stored(part[at : at + _MOST_STORED]) for at in range(0, len(part), _MOST_STORED)]
            crc = zlib.crc32(part, crc)
            size += len(part)
        else:
            out.append(part.blocks)
            crc = (_times(part.shift, crc) if crc else 0) ^ part.crc
            size += len(part.plain)
    out += [_END, crc.to_bytes(4, "little"), (size & 0xFFFFFFFF).to_bytes(4, "little")]
    return b"".join(out)


def _stored(part: bytes) -> bytes:
    length = len(part)
    return b"\x00" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + part


def _times(a: int, b: int) -> int:
    """a times b, as polynomials modulo the checksum's own (zlib's multmodp)."""
    product, bit = 0, 1 << 31
    while a:
        if a & bit:
            product ^= b
            a ^= bit
        bit >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _shift(length: int) -> int:
    """x to the power of 8 * length: what a checksum is multiplied with when `length` bytes follow it."""
    # 1, and x to the eighth.
    power, square = 1 << 31, 1 << 23
    while length:
        if length & 1:
            power = _times(square, power)
        square = _times(square, square)
        length >>= 1
    return power
