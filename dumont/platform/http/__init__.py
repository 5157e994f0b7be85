"""How HTTP enters: the door that opens and commits a transaction, and what every answer carries."""
