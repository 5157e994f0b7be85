"""The market: all offers of all clouds in one shape, fresh, with the history of their prices."""
