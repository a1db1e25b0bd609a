"""对话: a pure engine, and the dialogs themselves as data that a county may change."""
