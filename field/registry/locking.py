"""口令封存: the key file locked by a passphrase, for where it lies beside what it opens."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from field.registry.sealing import CannotOpen

HEAD, SALT, NONCE = b"field-keys-1\n", 16, 12


def lock(data: bytes, passphrase: bytes) -> bytes:
    """锁上: head ‖ salt ‖ nonce ‖ AES-256-GCM under a key by scrypt (64 MiB)."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return HEAD + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, data, HEAD)


def unlock(locked: bytes, passphrase: bytes) -> bytes:
    """打开, or raise CannotOpen."""
    body = locked.removeprefix(HEAD)
    salt, nonce, sealed = body[:SALT], body[SALT : SALT + NONCE], body[SALT + NONCE :]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, HEAD)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("wrong passphrase, or the file was changed") from error


def _key(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase)
