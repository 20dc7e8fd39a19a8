"""`python -m deploy.local.issuer`."""

from __future__ import annotations

from deploy.local.issuer.serving import main

if __name__ == "__main__":
    main()
