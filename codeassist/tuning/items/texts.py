"""Functions of texts."""

from __future__ import annotations


def is_palindrome(text: str) -> bool:
    """Return True if the letters and digits of a text read the same backwards."""
    letters = [char.lower() for char in text if char.isalnum()]
    left, right = 0, len(letters) - 1
    while left < right:
        if letters[left] != letters[right]:
            return False
        left += 1
        right -= 1
    return True


def count_words(text: str) -> dict[str, int]:
    """Count how often each word occurs in a text, without regard to case."""
    counts: dict[str, int] = {}
    for word in text.lower().split():
        word = word.strip(".,;:!?")
        if word:
            counts[word] = counts.get(word, 0) + 1
    return counts


def count_vowels(text: str) -> int:
    """Return the number of vowels in a text."""
    vowels = "aeiou"
    count = 0
    for char in text.lower():
        if char in vowels:
            count += 1
    return count


def caesar(text: str, shift: int) -> str:
    """Shift each letter of a text by a number of places in the alphabet."""
    result = []
    for char in text:
        if char.isupper():
            result.append(chr((ord(char) - ord("A") + shift) % 26 + ord("A")))
        elif char.islower():
            result.append(chr((ord(char) - ord("a") + shift) % 26 + ord("a")))
        else:
            result.append(char)
    return "".join(result)


def run_length(text: str) -> list[tuple[str, int]]:
    """Encode a text as its characters and how often each is repeated in a row."""
    runs: list[tuple[str, int]] = []
    for char in text:
        if runs and runs[-1][0] == char:
            runs[-1] = (char, runs[-1][1] + 1)
        else:
            runs.append((char, 1))
    return runs


def balanced(text: str) -> bool:
    """Return True if all brackets of a text are closed in the right order."""
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for char in text:
        if char in "([{":
            stack.append(char)
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return False
    return not stack


def edit_distance(a: str, b: str) -> int:
    """Return the Levenshtein distance between two texts."""
    previous = list(range(len(b) + 1))
    for i, char_a in enumerate(a, start=1):
        current = [i]
        for j, char_b in enumerate(b, start=1):
            cost = 0 if char_a == char_b else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]


def longest_common_prefix(words: list[str]) -> str:
    """Return the longest beginning that all words share."""
    if not words:
        return ""
    prefix = words[0]
    for word in words[1:]:
        while not word.startswith(prefix):
            prefix = prefix[:-1]
    return prefix


def snake_case(name: str) -> str:
    """Turn a name in camel case into snake case."""
    result = []
    for index, char in enumerate(name):
        if char.isupper():
            if index > 0:
                result.append("_")
            result.append(char.lower())
        else:
            result.append(char)
    return "".join(result)


def parse_pairs(text: str) -> dict[str, str]:
    """Read lines of the form key = value; blank lines and comments are left out."""
    pairs = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        pairs[key.strip()] = value.strip()
    return pairs


def are_anagrams(first: str, second: str) -> bool:
    """Return True if two texts have the same letters, in whatever order."""
    counts: dict[str, int] = {}
    for char in first.lower():
        if char.isalpha():
            counts[char] = counts.get(char, 0) + 1
    for char in second.lower():
        if char.isalpha():
            counts[char] = counts.get(char, 0) - 1
    return all(count == 0 for count in counts.values())


def format_duration(seconds: int) -> str:
    """Return seconds as hours, minutes and seconds."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = []
    if hours:
        parts.append(f"{hours}h")
    if minutes:
        parts.append(f"{minutes}m")
    if seconds or not parts:
        parts.append(f"{seconds}s")
    return " ".join(parts)
