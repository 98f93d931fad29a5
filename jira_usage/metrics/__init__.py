"""Tables and a period in, tables out: pure, never asking for the time or the network."""
