"""Pages of code systems and mapping sets: editions, differences and the alphabetical index."""
