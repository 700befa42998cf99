"""A whole network on one machine: five authorities as five processes, and the main job on them.

It uses nothing that a real network would not use: the same `init` and `start`, the same HTTP API.
"""
