"""The keys that seal what a browser keeps for us: AES-GCM, the newest seals, the one before it still opens."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32
NONCE = 12
MOST = 2
"""Keys that open: to rotate, put a new line on top, and drop the old one when the last session of it has ended."""


class SessionKeys:
    """One or two keys of 32 bytes, the newest first; shared by all services, and of no use for anything else."""

    def __init__(self, *keys: bytes) -> None:
        if not 1 <= len(keys) <= MOST or any(len(key) != KEY for key in keys):
            raise ValueError(f"session keys are one or two of {KEY} bytes")
        self._ciphers = tuple(map(AESGCM, keys))

    @classmethod
    def load(cls, path: Path) -> SessionKeys:
        """Read a file with a key of 64 hexadecimal digits a line. Raises ValueError with what to do about it."""
        try:
            return cls(*(bytes.fromhex(line) for line in path.read_text("ascii").split()))
        except (OSError, ValueError) as error:
            raise ValueError(
                f"no session keys in {path} (one or two lines of {2 * KEY} hexadecimal digits): run `chumchon up`, "
                "or set CHUMCHON_SESSION_KEYS"
            ) from error

    def seal(self, purpose: str, content: bytes) -> bytes:
        """Nonce and ciphertext; what is sealed for one purpose opens for no other."""
        nonce = os.urandom(NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, content, purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> bytes | None:
        """The content; None for what none of these keys has sealed for this purpose."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], purpose.encode())
            except (InvalidTag, ValueError):  # ValueError: too short to be anything
                continue
        return None
