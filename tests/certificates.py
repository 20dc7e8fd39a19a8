"""A certificate authority of a test's own, and a broker's certificate from it, as PEM files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import NameOID


def broker_of(folder: Path) -> tuple[Path, Path]:
    """The authority's certificate, and the broker's key with its chain, for 127.0.0.1."""
    authority, broker = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    root = _signed(authority, authority, "a test's authority", "a test's authority", authority=True)
    leaf = _signed(broker, authority, "a broker", "a test's authority", authority=False)
    key = broker.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    ca, store = folder / "ca.crt", folder / "broker.pem"
    ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    store.write_bytes(key + leaf.public_bytes(serialization.Encoding.PEM) + ca.read_bytes())
    return ca, store


def _signed(
    whose: RSAPrivateKey, by: RSAPrivateKey, name: str, issuer: str, *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(whose.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(whose.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    return made.sign(by, hashes.SHA256())
