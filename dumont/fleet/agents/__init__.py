"""What agents tell and are told, and what follows from their silence or idleness."""
