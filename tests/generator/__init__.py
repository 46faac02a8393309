"""Letters made to mislead: people who are easily confused, and documents about one of them, or about nobody known.

Each letter says its truth. Names, numbers and dates are put together by chance from a seed: nobody bears them.
"""
