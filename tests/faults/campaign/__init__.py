"""A daemon under fire for a set time: one fault after the other, by chance, and after each all must be well.

    python -m tests.faults.campaign --minutes 10 [--seed N] [--only KIND,...]

`office.py` drops letters and knows what must become of each; `blows.py` has the kinds of faults; `holding.py` says
what must hold; `rounds.py` mixes them. The daemon is the real one with its real ports (`daemon.py`); Telegram is
`tests/botapi`.
"""
