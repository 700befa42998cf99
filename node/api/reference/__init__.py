"""The API's description of itself: OpenAPI 3.1, and pages that people read."""
