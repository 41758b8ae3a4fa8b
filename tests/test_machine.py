"""What the machine is."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from codeassist import machine as module
from codeassist.machine import busy, machine, on_battery, processors


def supply(folder: Path, name: str, **values: str) -> None:
    place = folder / name
    place.mkdir()
    for key, value in values.items():
        (place / key).write_text(value + "\n")


def test_this_machine_is_told() -> None:
    here = machine()
    assert here.processor
    assert 1 <= here.processors <= (os.cpu_count() or 1)
    assert here.memory_gib >= 1


@pytest.mark.parametrize(
    ("quota", "expected"), [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("x", 8)]
)
def test_a_container_s_limit_counts(quota: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(module, "_QUOTA", tmp_path / "cpu.max")
    assert processors() == expected


@pytest.mark.parametrize(("limit", "expected"), [("1073741824\n", 1), ("max\n", 0), ("x", 0)])
def test_a_container_s_memory_is_the_machine_s(
    limit: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = machine().memory_gib
    (tmp_path / "memory.max").write_text(limit)
    monkeypatch.setattr(module, "_MEMORY", tmp_path / "memory.max")
    assert machine().memory_gib == (expected or whole)


def test_a_laptop_that_is_plugged_in(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="1")
    supply(tmp_path, "BAT0", type="Battery", status="Charging")
    assert not on_battery(tmp_path)


def test_a_laptop_on_its_battery(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="0")
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    assert on_battery(tmp_path)


def test_a_battery_alone_says_so_itself(tmp_path: Path) -> None:
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    assert on_battery(tmp_path)


def test_a_mouse_s_battery_is_none(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="1")
    supply(tmp_path, "hid-mouse", type="Battery", status="Discharging")
    assert not on_battery(tmp_path)


def test_a_desktop_with_a_mouse_is_on_mains(tmp_path: Path) -> None:
    """A desktop's kernel often knows no mains; a wireless mouse's battery has the scope "Device"."""
    supply(tmp_path, "hidpp_battery_0", type="Battery", status="Discharging", scope="Device")
    assert not on_battery(tmp_path)


def test_a_machine_without_supplies_is_on_mains(tmp_path: Path) -> None:
    assert not on_battery(tmp_path)


def test_what_others_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """User, nice, system, idle, waiting for a disk, interrupts, soft ones, stolen."""
    told = iter(["cpu 100 0 50 800 50 0 0 0 0 0\ncpu0 1", "cpu 160 0 70 890 60 10 0 10 0 0\ncpu0 1"])
    monkeypatch.setattr(module, "_STAT", SimpleNamespace(read_text=lambda: next(told)))
    assert busy(0) == pytest.approx(100 / 200)


def test_the_load_stands_in_where_nothing_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STAT", tmp_path / "none")
    monkeypatch.setattr(module, "processors", lambda: 4)
    monkeypatch.setattr(os, "getloadavg", lambda: (1.0, 0.0, 0.0))
    assert busy(0) == pytest.approx(0.25)
