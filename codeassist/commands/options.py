"""Options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Model = Annotated[str | None, typer.Option("--model", metavar="ID", help="Use this model instead of the default.")]
NoContext = Annotated[bool, typer.Option("--no-context", help="Look at what is given only, not at the repository.")]
Files = Annotated[list[str] | None, typer.Option("--file", "-f", metavar="PATH", help="A file to show; repeatable.")]
Images = Annotated[
    list[str] | None, typer.Option("--image", metavar="PATH", help="A PNG or JPEG file to show; repeatable.")
]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", min=1, max=4096, help="Write at most so many.")]
