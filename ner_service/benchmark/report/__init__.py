"""Reports show results as one HTML page, and as figures for the service's page."""
