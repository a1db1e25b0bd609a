"""会话案例: who said what, what came back, and what is in the ledger afterwards; see play.py for how they are written."""
