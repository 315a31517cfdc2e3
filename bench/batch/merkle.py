"""The RFC 6962 tree hash over a stream of leaves: a node hash a leaf on average, log2(n) memory."""

from __future__ import annotations

from hashlib import sha256


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


class MerkleRoot:
    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []  # roots of the complete subtrees, largest first

    def append(self, leaf: bytes) -> None:
        size = self._size
        peaks = self._peaks
        while size & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self._size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return sha256(b"").digest()
        out = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            out = sha256(b"\x01" + peak + out).digest()
        return out
