"""VCC Live, the second provider (PROTOCOL S14): told of a call, ask for its record minutes later, keep it as any."""
