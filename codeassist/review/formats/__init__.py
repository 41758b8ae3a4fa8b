"""How findings are told to programs: plain values for JSON, SARIF 2.1.0, GitHub's annotations. Pure functions."""
