"""Values of the Cache-Control header."""

from __future__ import annotations

PUBLIC_CACHE_CONTROL = "public, max-age=60, s-maxage=300, stale-while-revalidate=86400, stale-if-error=604800"
"""Browsers revalidate after one minute and shared caches after five, so a new build is visible within that time."""
