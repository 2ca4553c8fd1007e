"""Cache-Control values."""

from __future__ import annotations

PUBLIC_CACHE_CONTROL = "public, max-age=60, s-maxage=300, stale-while-revalidate=86400, stale-if-error=604800"
"""A reader's own cache asks again after a minute, a shared one after five; a new build is seen within that."""
