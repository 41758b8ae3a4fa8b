"""Functions of numbers."""

from __future__ import annotations


def clamp(value: float, low: float, high: float) -> float:
    """Return the value, or the bound that it exceeds."""
    if value < low:
        return low
    if value > high:
        return high
    return value


def greatest_common_divisor(a: int, b: int) -> int:
    """Return the greatest common divisor by Euclid's method."""
    while b != 0:
        a, b = b, a % b
    return abs(a)


def is_prime(number: int) -> bool:
    """Return True if the number is prime."""
    if number < 2:
        return False
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def primes_below(limit: int) -> list[int]:
    """Return all primes below a limit, by the sieve of Eratosthenes."""
    is_composite = [False] * limit
    primes = []
    for number in range(2, limit):
        if is_composite[number]:
            continue
        primes.append(number)
        for multiple in range(number * number, limit, number):
            is_composite[multiple] = True
    return primes


def prime_factors(number: int) -> list[int]:
    """Return the prime factors of a number in ascending order."""
    factors = []
    divisor = 2
    while number > 1:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    return factors


def fibonacci(count: int) -> list[int]:
    """Return the first Fibonacci numbers: 0, 1, 1, 2, 3, 5."""
    numbers = []
    a, b = 0, 1
    for _ in range(count):
        numbers.append(a)
        a, b = b, a + b
    return numbers


def factorial(number: int) -> int:
    """Return the product of all positive integers up to a number."""
    if number < 0:
        raise ValueError("factorial is not defined for negative numbers")
    result = 1
    for factor in range(2, number + 1):
        result *= factor
    return result


def digits_sum(number: int) -> int:
    """Return the sum of the decimal digits of a number."""
    number = abs(number)
    total = 0
    while number > 0:
        total += number % 10
        number //= 10
    return total


def collatz_length(number: int) -> int:
    """Return how many steps the Collatz sequence takes to reach 1."""
    steps = 0
    while number != 1:
        if number % 2 == 0:
            number //= 2
        else:
            number = 3 * number + 1
        steps += 1
    return steps


def power_mod(base: int, exponent: int, modulus: int) -> int:
    """Return base to the power of exponent, modulo modulus, by squaring."""
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent //= 2
    return result


def square_root(value: float, tolerance: float = 1e-9) -> float:
    """Return the square root by Newton's method."""
    if value < 0:
        raise ValueError("value must not be negative")
    guess = max(value, 1.0)
    while abs(guess * guess - value) > tolerance:
        guess = (guess + value / guess) / 2
    return guess


def to_binary(number: int) -> str:
    """Return the binary digits of a non-negative number."""
    if number == 0:
        return "0"
    digits = []
    while number > 0:
        digits.append(str(number % 2))
        number //= 2
    return "".join(reversed(digits))


def to_roman(number: int) -> str:
    """Return a positive number as a Roman numeral."""
    values = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1]
    symbols = ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"]
    result = ""
    for value, symbol in zip(values, symbols, strict=True):
        while number >= value:
            result += symbol
            number -= value
    return result
