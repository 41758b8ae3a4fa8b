from __future__ import annotations

import pytest

from codeassist.review.secrets.names import kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", "password"),
        ("DB_PASSWORD", "password"),
        ("dbPassword2", "password"),
        ("pwd", "password"),
        ("user_pass", "password"),
        ("pass_through", ""),
        ("token", "token"),
        ("adafruitToken", "token"),
        ("some_api_token_123", "token"),
        ("AWS_SECRET_ACCESS_KEY", "token"),
        ("AUTH_CLIENTSECRET", "token"),
        ("SUMOLOGIC_ACCESSKEY", "token"),
        ("private-key", "token"),
        ("Authorization", "token"),
        ("key", "key"),
        ("mapKey", "key"),
        ("public_key", ""),
        ("primaryKey", ""),
        ("keyword", ""),
        ("monkey", ""),
        ("author", ""),
        ("accessor", ""),
        ("tokenType", ""),
        ("token_url", ""),
        ("passwordHash", ""),
        ("credentialsId", ""),
        ("secret_name", ""),
        ("csrf-token", ""),
        ("x", ""),
        ("", ""),
        ("123", ""),
    ],
)
def test_a_name_tells_what_it_holds(name: str, kind: str) -> None:
    assert kind_of(name) == kind
