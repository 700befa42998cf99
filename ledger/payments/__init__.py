"""What instruments pay to whoever holds them: when, how much, counted and rounded how."""
