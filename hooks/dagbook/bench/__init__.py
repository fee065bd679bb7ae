"""``make bench``: how long the builds and the suite take, against bare tools."""
