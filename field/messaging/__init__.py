"""消息: talking with households by WeChat, SMS and telephone."""
