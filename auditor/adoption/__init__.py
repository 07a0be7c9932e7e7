"""What lets a team turn the gate on today: waivers, accepted blind spots, the baseline."""
