"""出门: a call is over in its time whatever the other side does, and what was cut counts for nothing."""

import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from unittest.mock import Mock

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from field import calling
from field.messaging.messages import Outbound, Photo, Sender, SendError
from field.messaging.providers import aliyun, tencent, twilio, wechat_sending, wechat_token
from field.messaging.providers.aliyun import Aliyun, AliyunSender
from field.messaging.providers.tencent import Tencent, TencentSender
from field.messaging.providers.twilio import Twilio, TwilioSender
from field.messaging.providers.wechat import WeChat
from field.messaging.providers.wechat_sending import WeChatSender
from field.messaging.templates import Approved, Template
from tests.dripping import WORDS, dripping

LIMIT, PATIENCE = 0.5, 5.0  # seconds: of the call, and of a test on a busy machine


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, its key beside it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    made = built.sign(key, hashes.SHA256())
    file = tmp_path_factory.mktemp("tls") / "loopback.pem"
    plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(*plain) + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
@pytest.mark.parametrize("how", WORDS)
def test_who_speaks_a_sign_at_a_time_is_left_when_the_time_is_over(how: str, sealed: bool, certificate: Path) -> None:
    begun = time.monotonic()
    with dripping(how, certificate if sealed else None) as drip, pytest.raises(calling.TooSlow):
        asked(drip.url, certificate)
    assert time.monotonic() - begun < PATIENCE


def test_so_is_who_never_ends_the_greeting_of_tls(certificate: Path) -> None:
    with dripping("silence") as drip, pytest.raises(calling.TooSlow):
        asked(drip.url.replace("http:", "https:"), certificate)


def asked(url: str, certificate: Path) -> bytes:
    with calling.within(LIMIT) as calls:
        return calls.get(url, timeout=60, verify=str(certificate)).content


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_so_is_who_answered_well_before_on_the_same_line(sealed: bool, certificate: Path) -> None:
    certified, begun = certificate if sealed else None, time.monotonic()
    with dripping("headers", certified, whole=2) as drip, calling.watch(requests.Session()) as session:
        for _ in range(2):
            with calling.limited(PATIENCE):
                assert session.get(drip.url, verify=str(certificate)).text == "{}"
        with pytest.raises(calling.TooSlow), calling.limited(LIMIT):
            session.get(drip.url, verify=str(certificate))
        assert drip.calls == 1, "one line for all three"
        with calling.limited(PATIENCE):
            assert session.get(drip.url, verify=str(certificate)).text == "{}", "and another after it"
    assert time.monotonic() - begun < PATIENCE


@pytest.mark.parametrize("how", ["headers", "sized", "unsized"])
@pytest.mark.parametrize("provider", ["twilio", "wechat", "aliyun", "tencent"])
def test_a_provider_that_drips_holds_nobody_up_and_leaves_the_message_in_doubt(
    provider: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, seconds in ((twilio, "SECONDS"), (aliyun, "SECONDS"), (tencent, "SECONDS"), (wechat_sending, "WHOLE")):
        monkeypatch.setattr(module, seconds, LIMIT)
    begun = time.monotonic()
    with dripping(how) as drip, pytest.raises(OSError):  # noqa: PT011 (each SDK has words of its own)
        sender(provider, drip.url.removesuffix("/x")).send(Outbound("k", "+8613900000001", "您好", "talk", {}))
    assert time.monotonic() - begun < PATIENCE


def sender(provider: str, url: str) -> Sender:
    """One provider's, at an address."""
    approved = Approved(longest=20, steps={"talk": Template(id="T1", wording="您好")})
    if provider == "twilio":
        return TwilioSender(Twilio("token", "AC1", "+1", url), "http://callback")
    if provider == "aliyun":
        return AliyunSender(Aliyun("id", "key", "田野", url=url), approved)
    if provider == "tencent":
        return TencentSender(Tencent("id", "key", "1400", "田野", url=url), approved)
    tokens = Mock(current=Mock(return_value="T1"))
    return WeChatSender(WeChat("token", "k" * 43, "wx1", "gh_1", app_secret="secret", url=url), tokens)


def test_so_does_who_drips_where_a_token_or_a_visitor_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat_token, "WHOLE", LIMIT)
    monkeypatch.setattr(wechat_sending, "WHOLE", LIMIT)
    begun = time.monotonic()
    with dripping("sized") as drip:
        settings = WeChat("token", "k" * 43, "wx1", "gh_1", app_secret="secret", url=drip.url.removesuffix("/x"))
        with pytest.raises(SendError, match="no answer"):
            wechat_token._fetched(settings)
        with pytest.raises(OSError, match="TooSlow"):
            wechat_sending.openid_of(settings, "code")
    assert time.monotonic() - begun < PATIENCE


def test_what_fails_in_its_time_fails_as_always() -> None:
    with pytest.raises(requests.ConnectionError) as raised, calling.within(LIMIT) as calls:
        calls.get("http://127.0.0.1:1/")
    assert not isinstance(raised.value, calling.TooSlow)


@pytest.mark.parametrize("how", ["headers", "sized", "unsized"])
def test_a_photograph_of_twilio_that_drips_is_given_up_and_tried_again(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio, "PHOTO_SECONDS", LIMIT)
    begun = time.monotonic()
    with dripping(how) as drip, pytest.raises(calling.TooSlow):
        twilio.fetch(Twilio("token", "AC1", url=drip.url), Photo(drip.url))
    assert time.monotonic() - begun < PATIENCE
