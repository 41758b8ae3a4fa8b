"""Functions of lists."""

from __future__ import annotations


def mean(values: list[float]) -> float:
    """Return the arithmetic mean of values."""
    if not values:
        raise ValueError("mean of an empty list")
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def median(values: list[float]) -> float:
    """Return the middle value of a sorted copy of the values."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def variance(values: list[float]) -> float:
    """Return the population variance of values."""
    average = sum(values) / len(values)
    total = 0.0
    for value in values:
        total += (value - average) ** 2
    return total / len(values)


def running_total(values: list[int]) -> list[int]:
    """Return the sums of all beginnings of the list."""
    total = 0
    totals = []
    for value in values:
        total += value
        totals.append(total)
    return totals


def binary_search(values: list[int], target: int) -> int:
    """Return the index of target in a sorted list, or -1."""
    low, high = 0, len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        if values[middle] == target:
            return middle
        if values[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1


def bubble_sort(values: list[int]) -> list[int]:
    """Return a sorted copy of the list, by exchanging neighbours."""
    result = list(values)
    for end in range(len(result) - 1, 0, -1):
        for index in range(end):
            if result[index] > result[index + 1]:
                result[index], result[index + 1] = result[index + 1], result[index]
    return result


def insertion_sort(values: list[int]) -> list[int]:
    """Return a sorted copy of the list, by inserting one value after the other."""
    result = list(values)
    for index in range(1, len(result)):
        value = result[index]
        position = index
        while position > 0 and result[position - 1] > value:
            result[position] = result[position - 1]
            position -= 1
        result[position] = value
    return result


def merge(left: list[int], right: list[int]) -> list[int]:
    """Merge two sorted lists into one sorted list."""
    result = []
    i, j = 0, 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    result.extend(left[i:])
    result.extend(right[j:])
    return result


def quick_sort(values: list[int]) -> list[int]:
    """Return a sorted copy of the list, by dividing it around a pivot."""
    if len(values) <= 1:
        return values
    pivot = values[len(values) // 2]
    smaller = [value for value in values if value < pivot]
    equal = [value for value in values if value == pivot]
    larger = [value for value in values if value > pivot]
    return quick_sort(smaller) + equal + quick_sort(larger)


def unique(values: list[int]) -> list[int]:
    """Return the values without repetitions, in the order of their first occurrence."""
    seen = set()
    result = []
    for value in values:
        if value not in seen:
            seen.add(value)
            result.append(value)
    return result


def chunks(values: list[int], size: int) -> list[list[int]]:
    """Split a list into lists of at most size values."""
    if size < 1:
        raise ValueError("size must be positive")
    result = []
    for start in range(0, len(values), size):
        result.append(values[start : start + size])
    return result


def flatten(rows: list[list[int]]) -> list[int]:
    """Return all values of the rows in one list."""
    result = []
    for row in rows:
        for value in row:
            result.append(value)
    return result


def transpose(matrix: list[list[int]]) -> list[list[int]]:
    """Return the matrix with rows and columns exchanged."""
    if not matrix:
        return []
    result = []
    for column in range(len(matrix[0])):
        row = [matrix[index][column] for index in range(len(matrix))]
        result.append(row)
    return result


def multiply_matrices(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Return the product of two matrices."""
    rows, columns, inner = len(a), len(b[0]), len(b)
    result = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            for k in range(inner):
                result[i][j] += a[i][k] * b[k][j]
    return result


def largest_sum(values: list[int]) -> int:
    """Return the largest sum of a contiguous part of the list, by Kadane's method."""
    best = values[0]
    current = values[0]
    for value in values[1:]:
        current = max(value, current + value)
        best = max(best, current)
    return best


def two_sum(values: list[int], target: int) -> tuple[int, int] | None:
    """Return the indices of two values that add up to target, or None."""
    seen: dict[int, int] = {}
    for index, value in enumerate(values):
        if target - value in seen:
            return seen[target - value], index
        seen[value] = index
    return None


def rotate(values: list[int], steps: int) -> list[int]:
    """Rotate a list to the right by a number of steps."""
    if not values:
        return []
    steps %= len(values)
    if steps == 0:
        return list(values)
    head = values[:-steps]
    tail = values[-steps:]
    return tail + head


def second_largest(values: list[int]) -> int | None:
    """Return the second largest of the different values, or None."""
    largest, second = None, None
    for value in values:
        if largest is None or value > largest:
            largest, second = value, largest
        elif value != largest and (second is None or value > second):
            second = value
    return second
