"""A flow as data: its vocabulary, its document, what stands in the way of publishing it. No Django here."""

from .flow import Flow, Malformed, Node, read
from .inline import Nested, inlined
from .proof import Finding, prove
from .schema import SCHEMA

__all__ = ["SCHEMA", "Finding", "Flow", "Malformed", "Nested", "Node", "inlined", "prove", "read"]
