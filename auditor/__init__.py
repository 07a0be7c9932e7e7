"""auditor: where does this AWS configuration fall short, and what could not be seen?"""

__version__ = "0.1.0"
