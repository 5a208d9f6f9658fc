"""Flows, their versions and publications, what they are bound to, and what callers did in them."""

from .flow import Binding, Flow, FlowVersion, Publication
from .session import IvrSession, IvrStep

__all__ = ["Binding", "Flow", "FlowVersion", "IvrSession", "IvrStep", "Publication"]
