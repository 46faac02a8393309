"""What a newcomer sees first: invented people, invented letters, and the story of how they are filed."""
