"""The desk: officers, who may do what, sign-in, the common frame, drafts, notices, and the state of the node."""
