"""What a document says about the person it concerns: names, birth dates, numbers, and where each was read."""
