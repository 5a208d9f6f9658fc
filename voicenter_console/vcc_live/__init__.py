"""The second provider, VCC Live: its call records by uuid (PROTOCOL S14). Plain Python; shares no parser with the
first."""
