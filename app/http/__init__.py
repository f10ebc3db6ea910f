"""What every request meets: addresses, bodies, headers, errors, proxies."""
