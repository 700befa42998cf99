"""What others have a claim on of a holding, by holds and pledges; what is left is free."""
