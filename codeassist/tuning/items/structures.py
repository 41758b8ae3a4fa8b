"""Functions of graphs, trees and records."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Node:
    """A node of a binary tree."""

    value: int
    left: Node | None = None
    right: Node | None = None


@dataclass
class Account:
    """An account with its movements."""

    owner: str
    balance: float = 0.0
    movements: list[float] = field(default_factory=list)

    def deposit(self, amount: float) -> None:
        """Add an amount to the balance."""
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount
        self.movements.append(amount)

    def withdraw(self, amount: float) -> None:
        """Take an amount from the balance."""
        if amount <= 0:
            raise ValueError("amount must be positive")
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount
        self.movements.append(-amount)


def insert(root: Node | None, value: int) -> Node:
    """Insert a value into a binary search tree and return its root."""
    if root is None:
        return Node(value)
    if value < root.value:
        root.left = insert(root.left, value)
    elif value > root.value:
        root.right = insert(root.right, value)
    return root


def in_order(root: Node | None) -> list[int]:
    """Return the values of a binary tree from left to right."""
    if root is None:
        return []
    values = in_order(root.left)
    values.append(root.value)
    values.extend(in_order(root.right))
    return values


def depth(root: Node | None) -> int:
    """Return the number of levels of a binary tree."""
    if root is None:
        return 0
    left = depth(root.left)
    right = depth(root.right)
    return 1 + max(left, right)


def breadth_first(graph: dict[str, list[str]], start: str) -> list[str]:
    """Return the nodes that can be reached from start, the nearest first."""
    visited = {start}
    order = []
    queue = deque([start])
    while queue:
        node = queue.popleft()
        order.append(node)
        for neighbour in graph.get(node, []):
            if neighbour not in visited:
                visited.add(neighbour)
                queue.append(neighbour)
    return order


def shortest_path(graph: dict[str, list[str]], start: str, goal: str) -> list[str] | None:
    """Return the nodes of a shortest path from start to goal, or None."""
    previous: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if node == goal:
            path = []
            current: str | None = node
            while current is not None:
                path.append(current)
                current = previous[current]
            return path[::-1]
        for neighbour in graph.get(node, []):
            if neighbour not in previous:
                previous[neighbour] = node
                queue.append(neighbour)
    return None


def group_by_length(words: list[str]) -> dict[int, list[str]]:
    """Group words by their length."""
    groups: dict[int, list[str]] = {}
    for word in words:
        if len(word) not in groups:
            groups[len(word)] = []
        groups[len(word)].append(word)
    return groups


def invert(table: dict[str, int]) -> dict[int, list[str]]:
    """Return a table from each value to the sorted keys that have it."""
    result: dict[int, list[str]] = {}
    for key, value in table.items():
        result.setdefault(value, []).append(key)
    for keys in result.values():
        keys.sort()
    return result


def merge_counts(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    """Add up the counts of two tables."""
    result = dict(first)
    for key, count in second.items():
        if key in result:
            result[key] += count
        else:
            result[key] = count
    return result


def knapsack(weights: list[int], values: list[int], capacity: int) -> int:
    """Return the largest value that fits into a knapsack, each item at most once."""
    best = [0] * (capacity + 1)
    for weight, value in zip(weights, values, strict=True):
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return best[capacity]


def count_islands(grid: list[list[int]]) -> int:
    """Count the groups of neighbouring ones in a grid of zeros and ones."""
    seen = set()
    islands = 0
    for row in range(len(grid)):
        for column in range(len(grid[0])):
            if grid[row][column] == 0 or (row, column) in seen:
                continue
            islands += 1
            stack = [(row, column)]
            while stack:
                r, c = stack.pop()
                if not (0 <= r < len(grid) and 0 <= c < len(grid[0])) or grid[r][c] == 0 or (r, c) in seen:
                    continue
                seen.add((r, c))
                stack.extend([(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)])
    return islands
