"""Rows of the dialer."""

from .act import CampaignAct
from .campaign import Campaign, CampaignChange

__all__ = ["Campaign", "CampaignAct", "CampaignChange"]
