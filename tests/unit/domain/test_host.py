"""Hosts that share a ledger."""

import dataclasses

import pytest

from agent.domain.host import HOST_NAME, HostRun, Role, RunId
from tests.custody_builders import NOON

pytestmark = pytest.mark.reliability


def test_a_run_stands_until_it_is_fenced_off() -> None:
    run = HostRun(run=RunId("r1"), host="ada", roles=frozenset(Role), joined_at=NOON, beat_at=NOON)
    assert run.stands
    assert not dataclasses.replace(run, fenced_at=NOON).stands


@pytest.mark.parametrize("name", ["a", "ada", "scan-1", "A9", "x" * 64])
def test_a_host_may_be_called_by_letters_digits_and_hyphens(name: str) -> None:
    assert HOST_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", "a.b", "a b", "a/b", "é", "x" * 65])
def test_a_host_may_not_be_called_by_anything_else(name: str) -> None:
    assert not HOST_NAME.fullmatch(name)
