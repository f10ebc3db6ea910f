"""What every request passes through: addresses, bodies, headers, errors, proxies."""
