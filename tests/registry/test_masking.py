"""脱敏: numbers that people wrote into their own words."""

import pytest

from field.registry.masking import mask_words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("身份证420626197005043515，打13900003333", "身份证420626********3515，打139****3333"),
        ("42062619700504351x也行", "420626********351x也行"),
        ("旧证420626700504351", "旧证420626*****4351"),
        ("卡号6217000010012345678", "卡号****5678"),
        ("139-0000-3333 或 +86 138 0000 0156", "139****3333 或 138****0156"),
        ("儿子１３９００００３３３３", "儿子１３９****３３３３"),
        (
            "2026年花了38000元，区划420626107204，编号107204-0001",
            "2026年花了38000元，区划420626107204，编号107204-0001",
        ),
        ("回执a13900003333b", "回执a13900003333b"),
        ("回执13900003333b", "回执13900003333b"),
    ],
)
def test_identity_account_and_mobile_numbers_are_masked_and_other_figures_stay(written: str, shown: str) -> None:
    assert mask_words(written) == shown
