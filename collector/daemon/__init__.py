"""The daemon: polls, spool, uplink."""
