"""Certificates for one machine: an issuer of one's own, and what it signs. For the demo and for tests only."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_LIVES = timedelta(days=30)
_SLACK = timedelta(minutes=5)
"""Clocks differ."""


@dataclass(frozen=True, slots=True, repr=False)
class Issuer:
    """Signs certificates; `path` is its own, for those who are to trust it."""

    path: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, name: str) -> Path:
        """A PEM file with a new certificate for 127.0.0.1 and localhost, and its key, beside the issuer's own."""
        key = ec.generate_private_key(ec.SECP256R1())
        local = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        certificate = (
            _builder(name, self.certificate.subject)
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName(local), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, SHA256())
        )
        path = self.path.with_name(f"{name}.pem")
        path.touch(mode=0o600)
        path.write_bytes(
            certificate.public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return path


def make_issuer(folder: Path, name: str = "issuer") -> Issuer:
    """A new one; its certificate is written into the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    signs = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, _named(name))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signs, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return Issuer(path, key, certificate)


def _builder(name: str, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _LIVES)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
