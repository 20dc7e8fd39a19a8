"""From due rules and what happened to dated obligations. Pure."""
