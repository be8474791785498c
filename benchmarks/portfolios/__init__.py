"""First configurations that were good elsewhere: the data, what was evaluated, what is learnt."""
