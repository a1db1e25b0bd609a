"""成员的词: relation, health and labour of people in the reader's language, which roster and phone keep in Chinese."""

from flask_babel import pgettext


def of_member(word: str | None) -> str:
    """One of the words below as the reader says it; what somebody wrote himself stays as it is."""
    return str(pgettext("member", word)) if word else ""


def _for_the_catalogue() -> None:
    pgettext("member", "户主"), pgettext("member", "配偶"), pgettext("member", "之子")
    pgettext("member", "之女"), pgettext("member", "之儿媳"), pgettext("member", "之女婿")
    pgettext("member", "之孙子"), pgettext("member", "之孙女"), pgettext("member", "之外孙子")
    pgettext("member", "之外孙女"), pgettext("member", "之父"), pgettext("member", "之母")
    pgettext("member", "之岳父"), pgettext("member", "之岳母"), pgettext("member", "之公公")
    pgettext("member", "之婆婆"), pgettext("member", "之祖父"), pgettext("member", "之祖母")
    pgettext("member", "之兄弟姐妹"), pgettext("member", "其他"), pgettext("member", "儿子")
    pgettext("member", "女儿"), pgettext("member", "儿媳"), pgettext("member", "女婿")
    pgettext("member", "孙子"), pgettext("member", "孙女"), pgettext("member", "父亲")
    pgettext("member", "母亲"), pgettext("member", "兄弟姐妹"), pgettext("member", "健康")
    pgettext("member", "长期慢性病"), pgettext("member", "患有大病"), pgettext("member", "残疾")
    pgettext("member", "普通劳动力"), pgettext("member", "技能劳动力"), pgettext("member", "弱劳动力或半劳动力")
    pgettext("member", "丧失劳动力"), pgettext("member", "无劳动力"), pgettext("member", "其他家人")
    pgettext("member", "邻居"), pgettext("member", "村组干部")
