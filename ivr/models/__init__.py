"""Flows, their versions and publications, what they are bound to, and what callers did in them."""

from .case import EdgeCount, FlowCase
from .flow import Binding, Flow, FlowVersion, Publication
from .session import IvrSession, IvrStep

__all__ = ["Binding", "EdgeCount", "Flow", "FlowCase", "FlowVersion", "IvrSession", "IvrStep", "Publication"]
