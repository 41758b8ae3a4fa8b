from __future__ import annotations

import re
import subprocess
import sys

from codeassist.review.secrets.formats import formats, formatted


def test_every_row_is_named_and_has_signs_in_lower_case() -> None:
    kinds = [row.kind for row, _ in formats()]
    assert len(set(kinds)) == len(kinds)
    for row, pattern in formats():
        assert re.fullmatch(r"[a-z][a-z-]*", row.kind)
        assert row.signs
        assert all(sign == sign.lower() for sign in row.signs)
        assert not pattern.search("")


def test_what_repeats_itself_is_no_secret_of_a_format() -> None:
    token = "gh" + "p_" + "R7kq2Zt9XcVb4NmL1sDf8GhJ3wPe6YuTa0oQ"
    assert [each.value for each in formatted(f"a {token} b")] == [token]
    assert not list(formatted("gh" + "p_" + "R7" * 18))
    assert not list(formatted("gh" + "p_" + "R7kq2Zt9XcVb4NmL1sDf" + "a" * 16))
    assert not list(formatted(f"x{token}"))


def test_the_library_is_imported_only_where_a_line_has_its_sign() -> None:
    code = (
        "import sys\n"
        "from codeassist.review.secrets.lines import secrets_in\n"
        "secrets_in('api_token = \"q8Zr2Vx7Lm4Tn9Kc1Wd6\"', (), code=True)\n"
        "assert 'detect_secrets' not in sys.modules\n"
        "secrets_in('softlayer_api_key = ' + '0a1b2c3d4e5f6a7b' * 4, (), code=False)\n"
        "assert 'detect_secrets' in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
