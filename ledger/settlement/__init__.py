"""What is promised before it moves: holds, pledges, instructions and their settlement."""
