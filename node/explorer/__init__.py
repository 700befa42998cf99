"""The explorer: pages that the node renders itself, from what anybody may read. No scripts."""
