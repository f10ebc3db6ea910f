"""Modbus over serial lines and TCP."""
