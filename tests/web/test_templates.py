"""Templates: each can be read at all, also those whose page no other test opens."""

from tests.county import County


def test_every_template_compiles(county: County) -> None:
    env = county.app.jinja_env
    names = env.list_templates(extensions=["html", "css"])
    assert "board.html" in names
    for name in names:
        env.get_template(name)
