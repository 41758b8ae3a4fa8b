"""What a name says of the value that it is given: that it is a secret, or only about one."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Kind = Literal["password", "token", "key", ""]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode", "pwd", "pass", "pw"})
_TOKENS = frozenset(
    {"token", "secret", "secrets", "credential", "credentials", "creds", "auth", "authorization", "apikey", "accesskey"}
    | {"secretkey", "privatekey", "authkey", "bearer", "signingkey", "encryptionkey", "authtoken", "accesstoken"}
)
_ENDINGS = ("token", "secret", "password", "passwd", "apikey", "accesskey", "secretkey", "privatekey", "authkey")
# A key is one of these, or none that is kept secret: primary, public, foreign …
_KEYS = frozenset(
    {"api", "access", "private", "secret", "auth", "signing", "signature", "encryption", "encrypt", "crypto", "client"}
    | {"master", "license", "account", "service", "app", "application", "storage", "shared", "session", "webhook"}
    | {"deploy", "admin", "root", "user", "hmac", "jwt", "aes", "rsa", "ssh", "master", "write", "read", "insert"}
)
# What a name ends with that is about a secret and is none.
_ABOUT = frozenset(
    """id ids name names file files path paths dir url urls uri uris endpoint host port length len size sizes type types
    version count limit index idx prefix suffix pattern regex format field fields column header label title text hint
    message error status enabled required ttl expiry expires expiration timeout at date time age vault alias ref arn
    provider manager service store storage location policy scope scopes role group mode method algorithm alg hash
    digest fingerprint checksum usage url_template template placeholder example env var variable source selector
    issuer audience subject code word board down up event handler callback function class component element button
    input form page view model schema table chars characters alphabet charset bits pair mesh frame stone ring""".split()  # noqa: SIM905
)
# What makes it another thing, wherever it stands.
_OTHER = frozenset(
    """public pub primary foreign csrf xsrf sort partition cache lookup translation i18n locale author publishable no
    without forgot reset change show hide toggle verify validate check hashed encrypted masked redacted num number
    max min next continuation cursor page pagination bucket sequence hot idx natural nonce""".split()  # noqa: SIM905
)


@cache
def kind_of(name: str) -> Kind:
    """What a variable, field or setting of that name holds."""
    words = [word.lower() for word in _WORD.findall(name)][-8:]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _ABOUT or not _OTHER.isdisjoint(words):
        return ""
    for at in range(len(words) - 1, -1, -1):
        kind = _kind_of_word(words, at)
        if kind:
            return kind
    return ""


def _kind_of_word(words: list[str], at: int) -> Kind:
    word = words[at]
    if word in _PASSWORDS or word.endswith(("password", "passwd")):
        return "password" if word != "pass" or at == len(words) - 1 else ""
    if word in _TOKENS or word.endswith(_ENDINGS):
        return "token"
    if word in ("key", "keys"):
        return "token" if at and words[at - 1] in _KEYS else "key"
    return ""
