"""Show Comity on one machine: two nodes on loopback, an example agreement, invented officers and cases.

`side` is a process that acts for one node, `stage` sets both nodes up and keeps them running, `script` plays the
exchange of ``comity demo --once``.  Nothing here is needed by a real node.
"""
