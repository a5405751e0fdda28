"""The trust boundary, seen from the host: processes that run what we do not trust, and talk in frames."""
