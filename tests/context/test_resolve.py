"""Which files an import means, language by language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.context.languages import languages
from codeassist.context.resolve import Resolver
from codeassist.context.tags import Import

PYTHON = (
    "app/__init__.py",
    "app/core/__init__.py",
    "app/core/run.py",
    "app/core/types.py",
    "app/main.py",
    "src/lib/__init__.py",
    "src/lib/deep/tool.py",
    "tests/conftest.py",
    "tests/test_run.py",
    "tests/support.py",
    "scripts/support.py",
    "scripts/release.py",
)
SCRIPT = (
    "web/app.tsx",
    "web/util.ts",
    "web/parts/index.tsx",
    "web/parts/button.tsx",
    "packages/ui/src/index.ts",
    "old/math.mjs",
)
GO = (
    "go.mod",
    "main.go",
    "internal/store/store.go",
    "internal/store/a.go",
    "internal/store/store_test.go",
    "http/x.go",
)
GO_WORKSPACE = ("svc/go.mod", "svc/api/api.go", "other/api/api.go")
RUST = (
    "src/lib.rs",
    "src/net.rs",
    "src/net/http.rs",
    "src/disk/mod.rs",
    "src/disk/cache.rs",
    "crates/my-core/src/lib.rs",
    "crates/my-core/src/parse.rs",
)
JAVA = ("src/main/java/org/acme/Shop.java", "src/main/java/org/acme/util/Text.java", "src/test/java/org/acme/Shop.java")
CSHARP = ("src/Acme.Shop/Orders/Order.cs", "src/Acme.Shop/Orders/Line.cs", "src/Acme.Shop/App.cs", "Tools/Cli.cs")
C = ("src/list.c", "src/list.h", "include/acme/list.h", "lib/deep/queue.hpp")
RUBY = ("lib/acme/shop.rb", "lib/acme.rb", "spec/shop_spec.rb", "spec/acme/shop.rb")
PHP = ("src/Orders/Order.php", "src/Kernel.php", "lib/boot.php")
BASH = ("bin/run.sh", "bin/common.sh", "lib/log.sh")

CASES = [
    # Python
    (PYTHON, "python", "app/main.py", "app.core.run", (), ["app/core/run.py"]),
    (PYTHON, "python", "app/main.py", "app.core", ("run", "Nothing"), ["app/core/run.py", "app/core/__init__.py"]),
    (PYTHON, "python", "app/main.py", ".core.run", ("go",), ["app/core/run.py"]),
    (PYTHON, "python", "app/main.py", ".", ("core",), ["app/core/__init__.py", "app/__init__.py"]),
    (PYTHON, "python", "app/core/run.py", "..main", ("start",), ["app/main.py"]),
    (PYTHON, "python", "app/core/run.py", "....x", ("y",), []),
    (PYTHON, "python", "tests/test_run.py", "app.core.run.Runner", (), ["app/core/run.py"]),
    (PYTHON, "python", "tests/test_run.py", "lib.deep.tool", (), ["src/lib/deep/tool.py"]),
    (PYTHON, "python", "scripts/release.py", "support", (), ["scripts/support.py", "tests/support.py"]),
    (PYTHON, "python", "tests/test_run.py", "types", (), []),  # the standard library's, not a package's module
    (PYTHON, "python", "tests/test_run.py", "core.run", (), []),  # `app` is a package: nothing is found from inside it
    (PYTHON, "python", "app/main.py", "requests", (), []),
    # JavaScript, TypeScript
    (SCRIPT, "typescript", "web/app.tsx", "./util", (), ["web/util.ts"]),
    (SCRIPT, "tsx", "web/app.tsx", "./util.js", (), ["web/util.ts"]),
    (SCRIPT, "tsx", "web/app.tsx", "./parts", (), ["web/parts/index.tsx"]),
    (SCRIPT, "tsx", "web/parts/button.tsx", "..", (), []),
    (SCRIPT, "tsx", "web/parts/button.tsx", ".", (), ["web/parts/index.tsx"]),
    (SCRIPT, "tsx", "web/parts/index.tsx", "@/parts/button", (), ["web/parts/button.tsx"]),
    (SCRIPT, "tsx", "web/app.tsx", "@acme/ui", (), ["packages/ui/src/index.ts"]),
    (SCRIPT, "javascript", "web/app.tsx", "../old/math.mjs", (), ["old/math.mjs"]),
    (SCRIPT, "javascript", "web/app.tsx", "react", (), []),
    # Go
    (GO, "go", "main.go", "github.com/a/b/internal/store", (), ["internal/store/store.go", "internal/store/a.go"]),
    (GO, "go", "main.go", "app/internal/store", (), ["internal/store/store.go", "internal/store/a.go"]),
    (GO, "go", "main.go", "github.com/other/thing", (), []),
    (GO, "go", "main.go", "fmt", (), []),
    (GO_WORKSPACE, "go", "svc/main.go", "example.com/svc/api", (), ["svc/api/api.go"]),
    # Rust
    (RUST, "rust", "src/disk/cache.rs", "crate::net::http", ("get",), ["src/net/http.rs", "src/lib.rs"]),
    (RUST, "rust", "src/net/http.rs", "super", ("Socket",), ["src/net.rs"]),
    (RUST, "rust", "src/net.rs", "self::http", (), ["src/net/http.rs"]),
    (RUST, "rust", "src/lib.rs", "disk", (), ["src/disk/mod.rs"]),
    (RUST, "rust", "src/net.rs", "http", (), ["src/net/http.rs"]),
    (
        RUST,
        "rust",
        "src/lib.rs",
        "my_core::parse",
        ("Parser",),
        ["crates/my-core/src/parse.rs", "crates/my-core/src/lib.rs"],
    ),
    (RUST, "rust", "src/lib.rs", "std::io", ("Read",), []),
    # Java
    (JAVA, "java", "src/main/java/org/acme/util/Text.java", "org.acme.Shop", (), [JAVA[0], JAVA[2]]),
    (JAVA, "java", JAVA[0], "org.acme.util.Text.trim", (), [JAVA[1]]),
    (JAVA, "java", JAVA[0], "org.acme.util.*", (), [JAVA[1]]),
    (JAVA, "java", JAVA[0], "org.acme.util", ("Text",), [JAVA[1]]),
    (JAVA, "java", JAVA[0], "org.acme.util", (), [JAVA[1]]),
    (JAVA, "java", JAVA[0], "java.util", ("List",), []),
    # C#
    (CSHARP, "csharp", CSHARP[2], "Acme.Shop.Orders", (), [CSHARP[1], CSHARP[0]]),
    (CSHARP, "csharp", CSHARP[0], "Acme.Shop", (), [CSHARP[2]]),
    (CSHARP, "csharp", CSHARP[0], "Acme.Tools", (), [CSHARP[3]]),
    (CSHARP, "csharp", CSHARP[0], "System.Linq", (), []),
    # C, C++
    (C, "c", "src/list.c", "list.h", (), ["src/list.h", "include/acme/list.h"]),
    (C, "c", "src/list.c", "acme/list.h", (), ["include/acme/list.h"]),
    (C, "cpp", "src/list.c", "../lib/deep/queue.hpp", (), ["lib/deep/queue.hpp"]),
    (C, "c", "src/list.c", "<acme/list.h>", (), ["include/acme/list.h"]),
    (C, "c", "src/list.c", "<list.h>", (), []),
    (C, "c", "src/list.c", "stdio.h", (), []),
    # Ruby, PHP, Bash
    (RUBY, "ruby", "spec/shop_spec.rb", "acme/shop", (), ["spec/acme/shop.rb", "lib/acme/shop.rb"]),
    (RUBY, "ruby", "lib/acme/shop.rb", "../acme", (), ["lib/acme.rb"]),
    (RUBY, "ruby", "lib/acme.rb", "json", (), []),
    (PHP, "php", "src/Kernel.php", r"App\Orders\Order", (), ["src/Orders/Order.php"]),
    (PHP, "php", "src/Orders/Order.php", r"App\Kernel", (), ["src/Kernel.php"]),
    (PHP, "php", "src/Kernel.php", r"App\Orders", ("Order", "missing"), ["src/Orders/Order.php"]),
    (PHP, "php", "src/Kernel.php", "../lib/boot.php", (), ["lib/boot.php"]),
    (PHP, "php", "src/Kernel.php", r"Symfony\Component\Console\Order", (), []),
    (BASH, "bash", "bin/run.sh", "./common.sh", (), ["bin/common.sh"]),
    (BASH, "bash", "bin/run.sh", "$HERE/common.sh", (), ["bin/common.sh"]),
    (BASH, "bash", "bin/run.sh", '"$(dirname "$0")/../lib/log.sh"', (), ["lib/log.sh"]),
    (BASH, "bash", "bin/run.sh", "/etc/profile", (), []),
]


@pytest.mark.parametrize(("paths", "language", "importer", "module", "names", "expected"), CASES)
def test_an_import_means_files(
    paths: tuple[str, ...], language: str, importer: str, module: str, names: tuple[str, ...], expected: list[str]
) -> None:
    assert Resolver(paths).files(importer, Import(module, names, 1), language) == expected


def test_no_file_imports_itself() -> None:
    assert Resolver(["a/b.py"]).files("a/b.py", Import("a.b", (), 1), "python") == []


def test_every_language_with_imports_has_a_rule() -> None:
    tried = {case[1] for case in CASES}
    assert set(languages()) <= tried


PATHS = st.lists(st.text("ab./_", max_size=12), max_size=6)


@given(paths=PATHS, importer=st.text("ab./", max_size=12), module=st.text("ab./:*\\$@<\x00 ", max_size=14))
def test_any_text_is_answered(paths: list[str], importer: str, module: str) -> None:
    resolver = Resolver(paths)
    for language in {case[1] for case in CASES}:
        found = resolver.files(importer, Import(module, ("a", ""), 1), language)
        assert set(found) <= set(paths)
