"""A page that a room looks at together: who may ask for what, and where the presenter is."""

from glassformer.explorer.sharing.gate import Gate
from glassformer.explorer.sharing.room import Room
from glassformer.explorer.sharing.routes import routes
from glassformer.explorer.sharing.share import Share, is_follower

__all__ = ["Gate", "Room", "Share", "is_follower", "routes"]
