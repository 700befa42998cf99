"""What operators watch a node by: metrics, liveness, and readiness with its reasons.

Reading order: `observing` (what the parts of a node report), `measurements` (counts and times of
it, in the node's own registry), `protocol` (what happens in the protocol is counted on its way),
`state_of_node` (what is looked up when somebody asks), `readiness`, `http_requests`, `routes`.
Nothing in a metric is confidential, and no label has more values than the program or the network.
"""
