"""演示密钥: what `make demo` needs of its providers where the environment does not set it.

Drawn from the county's own key ring, which is random, so that server, worker and command agree without being told.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

SHOWN = (
    "TWILIO_AUTH_TOKEN", "WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_ACCOUNT",
)  # fmt: skip


def completed(environ: Mapping[str, str], public_url: str, key: bytes) -> dict[str, str]:
    """The environment with every secret of the demo, and the demo itself in the place of WeChat's API and Twilio's."""
    aes_key = b64encode(hmac.digest(key, b"demo:WECHAT_AES_KEY", sha256)).decode()[:43]
    ours = {
        "TWILIO_AUTH_TOKEN": _drawn(key, "TWILIO_AUTH_TOKEN", 32), "WECHAT_TOKEN": _drawn(key, "WECHAT_TOKEN", 24),
        "WECHAT_AES_KEY": aes_key.translate(str.maketrans("+/", "Ab")),
        "WECHAT_APP_ID": f"wx{_drawn(key, 'WECHAT_APP_ID', 16)}",
        "WECHAT_APP_SECRET": _drawn(key, "WECHAT_APP_SECRET", 32),
        "WECHAT_ACCOUNT": f"gh_{_drawn(key, 'WECHAT_ACCOUNT', 12)}", "WECHAT_API_URL": f"{public_url}/demo/wechat",
    }  # fmt: skip
    if not environ.get("TWILIO_ACCOUNT_SID"):
        ours["TWILIO_API_URL"] = public_url
    return ours | {name: value for name, value in environ.items() if value}


def _drawn(key: bytes, name: str, length: int) -> str:
    return hmac.digest(key, f"demo:{name}".encode(), sha256).hex()[:length]
