"""What reading costs and how much it finds, on scans whose text is known, beside tesseract and OCRmyPDF.

Scans are drawn here when none are given, so that a fresh clone can run it; other documents come with a truth file
in the form that `truth.py` reads.
"""
