"""The processes of a site: launcher, supervisor, web server, worker."""
