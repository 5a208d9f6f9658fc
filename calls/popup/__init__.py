"""The pop-up screen: a card for the number that rings, and news for the agent whose phone it is (PROTOCOL S2)."""
