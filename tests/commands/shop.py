"""A repository with a fault that is staged, for tests of `codeassist review`."""

from __future__ import annotations

from pathlib import Path

CART = '''"""A cart."""


class Cart:
    def total(self, tax: float) -> float:
        return 1 + tax
'''
FAULTY = CART.replace("1 + tax", "1 + tx").replace('cart."""\n', 'cart."""\n\nimport os\n')
FIRST = "shop/cart.py:3: low: `os` imported but unused [ruff/F401]"
SECOND = "shop/cart.py:8: high: Undefined name `tx` [ruff/F821]"


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a repository, git's own among them."""
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}
