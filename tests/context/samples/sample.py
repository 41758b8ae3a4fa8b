"""A store of measurements, kept in memory and written to disk now and then."""

from __future__ import annotations

import json
import os.path as paths
from collections import defaultdict
from dataclasses import dataclass, field

from . import clock
from ..formats.binary import Reader, write_rows as write

MAX_AGE = 3600.0
Rows = dict[str, list[float]]
_cache = {}


class StoreError(Exception):
    """The store cannot be used."""


@dataclass(frozen=True)
class Measurement:
    """One value that was measured.

    Values are in SI units.
    """

    name: str
    value: float
    at: float = field(default_factory=clock.now)

    @property
    def age(self) -> float:
        # Seconds since it was measured.
        return clock.now() - self.at

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        separator: str = "=",
    ) -> Measurement:
        """Read `name=value`."""
        name, _, value = text.partition(separator)
        if not value:
            raise StoreError(f"no {separator!r} in {text!r}")
        return cls(name.strip(), float(value))


class Store:
    """Measurements by name."""

    class Cursor:
        """A place in the store."""

        def __init__(self, store: Store) -> None:
            self._store = store

        def step(self) -> Measurement | None:
            return next(self._store, None)

    def __init__(self, reader: Reader | None = None) -> None:
        self._rows: Rows = defaultdict(list)
        self.reader = reader

    async def load(self, place: str) -> int:
        """Read every measurement of a file, oldest first."""

        def keep(each: Measurement) -> bool:
            return each.age < MAX_AGE

        rows = await self.reader.rows(place)
        for each in filter(keep, map(Measurement.parse, rows)):
            self._rows[each.name].append(each.value)
        return len(rows)

    def save(self, place: str) -> None:
        target = paths.join(place, "store.json")
        with open(target, "w") as stream:
            json.dump(self._rows, stream)
        write(place, self._rows)


# Open the store of a directory,
# or make a new one.
def open_store(place: str, kind: type[Store] = Store) -> Store:
    return kind(Reader(place))


if __name__ == "__main__":
    print(open_store("."))
