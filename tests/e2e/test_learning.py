"""Dropped, asked, answered, learned, confirmed, filed by rule, revoked, asked: with the real daemon and the command."""

import json
import os
import subprocess
import sys

import pytest

from agent.demo.letters import Letter, draw
from agent.domain.outcome import State
from tests.faults.world import World, person, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(180)]


def _letter(note: str) -> bytes:
    """A letter of a sender that misspells its patient, and prints the right birth date."""
    them = person(120)
    year, month, day = them["dob"].split("-")
    return draw(
        Letter(
            sender="Cabinet du Port",
            sender_lines=("4, quai des Mouettes",),
            place_and_date="Port-Allune, le 17 septembre 2026",
            subject="Compte rendu de consultation",
            details=(
                ("Patient", f"{them['first_name']}e {them['last_name'].upper()}"),
                ("Date de naissance", f"{day}/{month}/{year}"),
            ),
            body=f"Examen clinique sans particularité. {note}",
            signature=("Dr Odile Marvanche",),
        )
    )


def _run(world: World, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "agent", *arguments, "--home", str(world.home)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def _drop(world: World, daemon: subprocess.Popen[bytes], number: int) -> State:
    world.drop(f"{number}.pdf", _letter(f"Courrier {number}."))
    world.wait(lambda: world.rests() and len(world.documents()) == number, daemon)
    return world.documents()[-1].state


def test_a_misspelt_patient_is_learned_cited_and_forgotten_again(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    assert _drop(world, daemon, 1) is State.IN_REVIEW
    assert "dossierd lessons" in _run(world, "answer", "D-1", "--record", "120")
    (lesson,) = json.loads(_run(world, "lessons", "--json"))
    assert (lesson["number"], lesson["state"], lesson["document"]) == (1, "proposed", "D-1")
    assert _drop(world, daemon, 2) is State.IN_REVIEW
    assert "Lesson 1 is confirmed." in _run(world, "lessons", "confirm", "1")
    world.wait(lambda: world.documents()[1].state is State.ARCHIVED, daemon)
    assert _drop(world, daemon, 3) is State.ARCHIVED
    told = _run(world, "explain", "D-3")
    assert "D-3: filed under 120 by rule" in told
    assert "taught by the answer about D-1" in told
    assert "Decided again from what is stored: the same." in told
    assert "Lesson 1 is revoked" in _run(world, "lessons", "revoke", "1")
    assert _drop(world, daemon, 4) is State.IN_REVIEW
    assert "Decided again from what is stored: the same." in _run(world, "explain", "D-3")
    assert "lesson_confirmed" in (world.home / "logs" / "audit.jsonl").read_text()
    stop(daemon)
    names = person(120)
    assert names["last_name"].upper() not in world.said().upper()
