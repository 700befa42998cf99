"""What a node and a network are told: settings files and genesis documents."""
