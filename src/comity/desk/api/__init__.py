"""Be the frame of the REST interface: tokens, scopes, problems, paging, replays; each area brings its own endpoints."""
