"""Real engines on loopback, without Kubernetes."""
