"""The answering side of Modbus."""
