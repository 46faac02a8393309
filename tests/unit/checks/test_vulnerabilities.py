"""What is said of the locked packages, and when it fails."""

import pytest

from checks.vulnerabilities import judge

pytestmark = pytest.mark.security

SOUND = {"dependencies": [{"name": "rich", "version": "14.0", "vulns": []}]}
HOLED = {
    "dependencies": [
        {
            "name": "left-pad",
            "version": "1.0",
            "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"]}],
        },
        {"name": "right-pad", "version": "1.0", "vulns": [{"id": "PYSEC-2026-2", "fix_versions": []}]},
    ]
}
UNASKED = {"dependencies": [{"name": "rich", "skip_reason": "not found on PyPI"}]}


def test_sound_packages_are_not_spoken_of() -> None:
    assert judge([SOUND, SOUND], must_ask=True) == ([], 0)


def test_a_hole_fails_and_is_named_once_with_what_mends_it() -> None:
    assert judge([HOLED, HOLED], must_ask=False) == (
        [
            "left-pad 1.0: PYSEC-2026-1, mended in: 1.1, 2.0",
            "right-pad 1.0: PYSEC-2026-2, mended in: none",
        ],
        1,
    )


@pytest.mark.parametrize(
    ("reports", "unasked"),
    [([UNASKED, SOUND], "1 of 2"), ([None, SOUND], "0 of 1")],
    ids=["unknown", "no answer"],
)
def test_what_can_not_be_asked_is_told_and_fails_only_where_it_must_be(
    reports: list[dict[str, object] | None], unasked: str
) -> None:
    said = [f"NOT CHECKED for known holes: {unasked} packages; PyPI can't be asked, or says nothing."]
    assert judge(reports, must_ask=False) == (said, 0)
    assert judge(reports, must_ask=True) == (said, 1)


def test_a_hole_beside_what_can_not_be_asked_fails() -> None:
    lines, code = judge([HOLED, None], must_ask=False)
    assert (len(lines), code) == (3, 1)
