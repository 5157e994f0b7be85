"""What lies under every context: settings, database, jobs, events, live updates, HTTP, secrets, telemetry."""
