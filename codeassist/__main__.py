"""`python -m codeassist` does what the `codeassist` command does."""

from codeassist.cli import main

if __name__ == "__main__":
    main()
