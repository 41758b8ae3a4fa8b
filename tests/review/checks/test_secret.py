from __future__ import annotations

import pytest

from codeassist.review.checks import secret
from codeassist.review.checks.secret import RULE
from codeassist.review.finding import Finding
from codeassist.review.secrets.found import Secret
from tests.review.changes import added, change, found

# Written in parts, so that no scanner takes this file for a leak.
GITHUB = "gh" + "p_" + "R7kq2Zt9XcVb4NmL1sDf8GhJ3wPe6YuTa0oQ"
AWS = "AK" + "IA" + "Z7XQ3M2LK5WTBN4P"
KEY = (
    "-----BEGIN RSA PRIVATE"
    " KEY-----\nMIIEowIBAAKCAQEAwq4C5N0vE8c1ZrXw7lHk3sTn5QpV9yJdBfGmUeRtA2x\nabc=\n-----END RSA PRIVATE"
    " KEY-----\n"
)
RANDOM = "q8Zr2Vx7Lm4Tn9Kc1Wd6"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJzb21lb25lIn0" + ".ovqRikAo0kKJ0GVrAwQlezymxrLGjcEiWs3UJMMC"


def one(path: str, text: str) -> Finding:
    (finding,) = added(RULE, path, text)
    return finding


@pytest.mark.parametrize(
    ("path", "text", "rule", "severity"),
    [
        ("a.py", f'x = "{GITHUB}"\n', "secret/github-token", "high"),
        ("tests/test_a.py", f'x = "{GITHUB}"\n', "secret/github-token", "high"),
        ("notes.md", f"use {AWS} for it\n", "secret/aws-access-key", "high"),
        ("deploy/key.txt", KEY, "secret/private-key", "high"),
        ("tests/data/key.pem", KEY, "secret/private-key", "medium"),
        ("a.py", f"KEY = {KEY!r}\n", "secret/private-key", "high"),
        ("a.py", f'API_TOKEN = "{RANDOM}"\n', "secret/generic-secret", "high"),
        ("tests/test_a.py", f'API_TOKEN = "{RANDOM}"\n', "secret/generic-secret", "low"),
        ("docs/a.md", f"API_TOKEN={RANDOM}\n", "secret/generic-secret", "medium"),
        (".env", f"API_TOKEN={RANDOM}\n", "secret/generic-secret", "high"),
        ("a.sh", f"export API_TOKEN={RANDOM}\n", "secret/generic-secret", "high"),
        ("a.yaml", f"token: |\n  {RANDOM}\n", "secret/generic-secret", "high"),
        ("a.xml", f"<apiToken>\n  {RANDOM}\n</apiToken>\n", "secret/generic-secret", "high"),
        ("a.xml", f'<add key="Password" value="{RANDOM}" />\n', "secret/generic-password", "high"),
        ("a.py", 'db_password = "correct7horse"\n', "secret/generic-password", "medium"),
        ("a.py", f'headers = {{"Authorization": "Bearer {RANDOM}"}}\n', "secret/generic-secret", "high"),
        ("a.sh", f"curl -s \\\n  -u me:{RANDOM} \\\n  https://x.org\n", "secret/curl-user", "high"),
        ("a.ini", f"url = postgres://app:{RANDOM}@db.internal.org/x\n", "secret/url-password", "high"),
        ("a.ts", f"const t = '{JWT}';\n", "secret/jwt", "high"),
        ("a.test.ts", f"const t = '{JWT}';\n", "secret/jwt", "low"),
        ("k.yaml", "kind: Secret\ndata:\n  extra: YWRtaW46Y29ycmVjdA==\n", "secret/kubernetes", "high"),
        ("a.conf", f"softlayer_api_key = {'0a1b2c3d4e5f6a7b' * 4}\n", "secret/softlayer", "high"),
    ],
)  # fmt: skip
def test_a_secret_is_told_without_its_value(path: str, text: str, rule: str, severity: str) -> None:
    finding = one(path, text)
    assert (finding.rule, finding.severity) == (rule, severity)
    for value in (GITHUB, AWS, RANDOM, JWT, "correct7horse", "MIIEow", "YWRtaW46", "0a1b2c3d"):
        assert value not in finding.message + finding.evidence
        assert value[:4] not in finding.evidence + finding.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f'x = "{GITHUB}"\n'),
        ("a.txt", KEY),
        ("a.py", f'API_TOKEN = "{RANDOM}"\n'),
        ("a.yaml", f"token: |\n  {RANDOM}\n"),
        ("a.py", f'user_pw = "{RANDOM}"\n'),
        ("a.sh", f"curl -s \\\n  -X GET \\\n  -H a:b \\\n  -u me:{RANDOM} \\\n  https://x.org\n"),
        ("k.yaml", "kind: Secret\ndata:\n  extra: YWRtaW46Y29ycmVjdA==\n"),
        ("a.conf", f"softlayer_api_key = {'0a1b2c3d4e5f6a7b' * 4}\n"),
    ],
)
@pytest.mark.parametrize("above", ["", "\u0130\n" * 9])  # a letter that is two in lower case
def test_among_very_many_lines_the_same_is_found(path: str, text: str, above: str) -> None:
    alone = added(RULE, path, above + text)
    assert alone
    assert added(RULE, path, above + text + "x\n" * 1_500) == alone


def test_very_many_lines_are_not_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(line: str, *_: object, **__: object) -> list[Secret]:
        looked.append(line)
        return []

    monkeypatch.setattr(secret, "secrets_in", look)
    added(RULE, "a.csv", "1.5\n" * 5_000 + "the key\n" + "1.5\n" * 5_000)
    assert "the key" in looked
    assert len(looked) < 10


def test_the_name_is_shown_and_what_was_given_is_masked() -> None:
    finding = one("a.py", f'API_TOKEN = "{RANDOM}"\n')
    assert finding.message == "A secret given to 'API_TOKEN' is in the text"
    assert finding.evidence == "API_TOKEN q8Z… (short)"


def test_a_key_goes_to_the_end_of_its_block() -> None:
    assert (one("a.pem", f"x\n{KEY}y\n").line, one("a.pem", f"x\n{KEY}y\n").end_line) == (2, 5)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'API_TOKEN = "your-token-goes-in"\n'),
        ("a.py", "def splitpasswd(user):\n    \"\"\"splitpasswd('user:passwd') -> 'user', 'passwd'.\"\"\"\n"),
        ("a.py", 'LOOSE = frozenset({"url-password", "django-key"})\n'),
        ("a.py", 'KEY = "-----BEGIN RSA PRIVATE KEY-----\\nMII\\n"\n'),
        ("a.py", 'put({"key.txt": "-----BEGIN PRIVATE KEY-----\\n", "big.txt": "x"})\n'),
        ("a.py", 'url = "https://jo%40email.com:a%20secret@müller.de:1234/pa"\n'),
        ("a.py", 'API_TOKEN = "xxxxxxxxxxxxxxxxxxxxxxx"\n'),
        ("a.py", 'API_TOKEN = "<insert-token-1234abcd>"\n'),
        ("a.py", 'API_TOKEN = os.environ["API_TOKEN_1"]\n'),
        ("a.sh", "API_TOKEN=${API_TOKEN_1234567}\n"),
        ("a.yaml", "token: {{ .Values.token1234567 }}\n"),
        ("a.yaml", "token: ${{ secrets.TOKEN_12345678 }}\n"),
        ("a.py", "token = parse_token2(text, 12345678)\n"),
        ("a.py", f"token = {RANDOM}\n"),
        ("a.svg", f'<path token="{RANDOM}" />\n'),
        ("a.py", "password = settings.password_2024x\n"),
        ("a.py", 'id = "dafa7817-e246-48f3-91a7-e87653d587b8"\n'),
        ("a.py", 'token_id = "dafa7817-e246-48f3-91a7-e87653d587b8"\n'),
        ("a.py", f'public_key = "{RANDOM}{RANDOM}"\n'),
        ("a.py", 'secret_name = "prod-db-77-a1b2c3d4"\n'),
        ("a.py", 'password = "password1"\n'),
        ("a.py", 'key = "first_name_2"\n'),
        ("tests/test_a.py", 'password = "correct7horse"\n'),
        ("package-lock.json", f'"token": "{RANDOM}",\n"integrity": "sha512-{RANDOM}{RANDOM}==",\n'),
        ("go.sum", f"example.org/auth v1 h1:{RANDOM}{RANDOM}=\n"),
        ("a.txt", "commit 43fc912ef59a83054ea7f6706df4d53a7dea4d80\n"),
        ("a.py", f"aws = '{AWS[:13]}EXAMPLE'\n"),
        ("a.py", "x = 'gh" + "p_" + "x" * 36 + "'\n"),
        ("a.py", "bot_token = 'xo" + f"xb-77-{RANDOM}'\n"),  # a service's prefix, not its format
        ("a.py", "if '-----BEGIN RSA PRIVATE" + " KEY-----' in text:\n    pass\n"),
        ("a.ini", "url = postgres://app:${PASSWORD}@db.internal.org/x\n"),
        ("a.ini", "url = amqp://guest:guest@localhost:5672//\n"),
        ("a.ini", "url = https://user:password@host.org/\n"),
        ("a.sh", 'curl -u "$USER_NAME:$PASSWORD_1" https://x.org\n'),
        ("k.yaml", "kind: ExternalSecret\ndata:\n  extra: YWRtaW46Y29ycmVjdA==\n"),
        ("k.yaml", "kind: Secret\nmetadata:\n  extra: YWRtaW46Y29ycmVjdA==\n"),
        ("a.js", "const tokenType = 'bearer_v2_2024';\n"),
        ("a.css", ".token-1 { color: #a1b2c3d4; }\n"),
    ],
)  # fmt: skip
def test_what_is_no_secret_is_not_told(path: str, text: str) -> None:
    assert not added(RULE, path, text)


def test_only_touched_lines_are_told_of() -> None:
    old = f'x = "{GITHUB}"\n'
    assert not found(RULE, change("a.py", old, old + "y = 1\n"))
    manifest = "kind: Secret\ndata:\n  extra: YWRtaW46Y29ycmVjdA==\n"
    assert not found(RULE, change("k.yaml", manifest, manifest + "  b: x\n"))


def test_a_secret_is_told_once_a_line() -> None:
    assert len(added(RULE, "a.py", f'github_token = "{GITHUB}"  # {AWS}\n')) == 2


@pytest.mark.parametrize(
    "line",
    [
        "token=" * 150_000,
        "password: '" * 90_000,
        "a" * 1_000_000 + "://b:c@d",
        "https://" + "a:" * 400_000,
        "eyJ" * 300_000,
        "xoxb-" + "1234567-" * 100_000,
        "key" + " " * 900_000 + "=",
        "\0" * 1_000_000 + "secret",
        "curl " + "-u a" * 200_000,
        "sc_" + "a.b" * 300_000,
        "<add key=" * 100_000,
        "discord ibm hmac softlayer cloudant " * 20_000,
        "-----BEGIN " + "A " * 400_000,
    ],
)
def test_hostile_lines_are_bounded(line: str) -> None:
    assert len(added(RULE, "a.conf", f"{line}\n" * 3)) <= 100


def test_lines_are_read_only_so_far() -> None:
    assert not added(RULE, "a.conf", " " * 2_000 + f"API_TOKEN={RANDOM}\n")
    assert not added(RULE, "a.conf", " " * 20_000 + GITHUB + "\n")
    assert not added(RULE, "a.conf", " " * 2_000 + "softlayer_api_key = " + "0a1b2c3d4e5f6a7b" * 4 + "\n")
    assert not added(RULE, "k.yaml", "kind: Secret\ndata:\n" + "#\n" * 5_000 + "  a: YWRtaW46Y29ycmVjdA==\n")


def test_hostile_files_are_bounded() -> None:
    assert len(added(RULE, "a.conf", f"x = {GITHUB}\n" * 2_000)) == 100
    assert len(added(RULE, "k.yaml", "kind: Secret\ndata:\n" + "  a: YWRtaW46Y29ycmVjdA==\n" * 5_000)) == 100
