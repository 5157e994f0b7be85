"""What the market decides by: what a search means, what an hour really costs, what an offer is worth."""
