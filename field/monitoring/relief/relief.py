"""医疗救助: what each layer pays on a cost and what the family bears; pure, in 分."""

from dataclasses import dataclass

from field.monitoring.policy.shapes import Layer, ReliefRule

YUAN = 100


@dataclass(frozen=True)
class Relief:
    """救助结果 in 分; the three add up to the cost."""

    basic: int
    tilted: int
    borne: int

    @property
    def paid(self) -> int:
        """What the layers pay together."""
        return self.basic + self.tilted


def relief(cost: int, rule: ReliefRule) -> Relief:
    """What a compliant cost of one person and year is relieved by; each layer rounded half up."""
    paid = {"basic": 0, "tilted": 0}
    left = cost
    for layer in rule.layer:
        on = left if rule.second_on == "remainder" else cost
        paid[layer.code] = min(_pays(layer, on), left)
        left -= paid[layer.code]
    return Relief(paid["basic"], paid["tilted"], left)


def _pays(layer: Layer, cost: int) -> int:
    above = max(cost - layer.above_yuan * YUAN, 0)
    pays = (above * layer.percent + 50) // 100
    return pays if layer.cap_yuan is None else min(pays, layer.cap_yuan * YUAN)
