"""What the doors of reliability are sent, and what they answer."""
