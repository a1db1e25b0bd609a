"""走访: a visit on its way into the ledger, its rules, its photographs and where it was made."""
