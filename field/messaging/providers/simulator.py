"""模拟: sends nothing anywhere; what it takes is shown on the demo telephone, which reads the outbox."""

from field.messaging.messages import Outbound

NAME = "simulator"


class Simulator:
    """模拟发送: known by the message's own key, so that a message tried again is the same message."""

    takes_keys = True

    def send(self, message: Outbound) -> str:
        """Take a message."""
        return f"{NAME}-{message.key}"
