"""From a wish to a race: what is asked for, what would be chosen, what it would cost."""
