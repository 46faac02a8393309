"""`python -m tests.generator --seed 7 --count 5000 --noise 5 --out FOLDER`, then `dossierd eval` on the folder."""

import argparse
from pathlib import Path

from tests.generator.corpus import CASES, generate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument(
        "--noise", type=int, nargs="+", default=[0], help="per cent of the characters; several take turns"
    )
    parser.add_argument(
        "--case", choices=[case.__name__ for case in CASES], nargs="+", help="only these classes"
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    cases = [case for case in CASES if not given.case or case.__name__ in given.case]
    generate(given.seed, given.count, given.noise, cases).write(given.out)


if __name__ == "__main__":
    main()
