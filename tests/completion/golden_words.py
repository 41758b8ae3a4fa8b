"""Golden cases of the rule that ends the output where a word closes the block; `▮` is the cursor."""

from __future__ import annotations

from tests.completion.golden_scope import Case

_CLASS = "class A\n  def f\n    x = 1\n    ▮"
_LOOP = "f() {\n  for i in a; do\n    ▮"

CLOSING_WORD: dict[str, Case] = {
    "ruby end of the method": (
        "ruby",
        f"{_CLASS}\n",
        "y = 2\n  end\n\n  def g\n    3\n  end\nend\n",
        "y = 2\n  end",
        "scope",
    ),
    "ruby end is there": (
        "ruby",
        f"{_CLASS}\n  end\n\n  def h\n  end\nend\n",
        "y = 2\n  end\n\n  def g\n",
        "y = 2",
        "scope",
    ),
    "ruby leaves without an end": ("ruby", f"{_CLASS}\n  end\nend\n", "y = 2\n  def g\n    3\n", "y = 2", "scope"),
    "ruby one definition": (
        "ruby",
        "class A\n  ▮\nend\n",
        "def f\n    1\n  end\n\n  def g\n    2\n  end\n",
        "def f\n    1\n  end",
        "scope",
    ),
    "ruby inner blocks": (
        "ruby",
        "def f(a)\n  if a\n    ▮\n",
        "puts a\n  else\n    puts 1\n  end\nend\n\ndef g\n  1\nend\n",
        "puts a\n  else\n    puts 1\n  end\nend",
        "scope",
    ),
    "ruby block in a method": (
        "ruby",
        "def f(a)\n  a.each do |x|\n    ▮\n  end\nend\n",
        "puts x\n  end\n  a\nend\n",
        "puts x",
        "scope",
    ),
    "ruby goes on": ("ruby", _CLASS, "if y\n      1\n    end\n    z\n", "if y\n      1\n    end\n    z", ""),
    "bash done is there": ("bash", f"{_LOOP}\n  done\n}}\n", "echo $i\n  done\n  return 1\n}\n", "echo $i", "scope"),
    "bash end of the function": (
        "bash",
        f"{_LOOP}\n",
        "echo $i\n  done\n}\n\ng() {\n  h\n}\n",
        "echo $i\n  done\n}",
        "scope",
    ),
    "bash case": (
        "bash",
        "case $1 in\n  a)\n    ▮\nesac\n",
        "x\n    ;;\n  b)\n    y\n    ;;\nesac\nz\n",
        "x\n    ;;\n  b)\n    y\n    ;;",
        "scope",
    ),
}
