"""生命危险的话: what people say of dying, and what only sounds like it; written before the rule was looked at.

Of the last two hundred (November 2026) the rule of that day heard 25 of 60 words of dying, with 1 false alarm in 60; mended by
these it heard 18 of the 40 that came after, with 1 false alarm in 40. All but the open ones are heard since.
"""

import csv
import time
from pathlib import Path

import pytest

from field.messaging.understanding.danger import in_danger

DYING = """
我不想活了
活够了
活腻了
真的活不下去了
没法活了
这日子没法活了
我不活了
一了百了算了
想喝药死了算了
我想喝农药
准备喝药
实在没路走了只有死路一条
想走绝路
我媳妇想不开要寻死
要跳水库
我要跳桥
想从楼上跳下去
死了干净
不如死了好
真想一头撞死
我娘说她要去死
活着没意思
活着太累了不想活
活得没意思
活着好累想解脱
想自尽
割脉
吞了一瓶安眠药
吃了好多安眠药
再没钱我就死给你们看
不给办我就死在政府门口
遗书写好了
这是我最后一条短信了 你们保重
想吊死
她上吊了
冇得活头了
活起冇得意思
不想在世上了
让我死吧
活着没得意思了
我不想活哒
活够了，早点走了算了
不如死了干净
活着也是拖累娃儿们
我死了你们就轻松了
这病治不好了 我不想再治了 让我走算了
我想一了百了
屋里有瓶敌敌畏，我喝了算了
我已经把百草枯喝了
想跳河
真想从楼上跳下去
我撑不下去了，想走了
来世再报答你们
下辈子再还你们的账
这辈子就这样了，娃就拜托村里了
我走了以后，麻烦你们照顾我妈
不 想 活 了
不.想.活.了
不想火了
不想获了
我想4了算了
想si
不如一根绳子吊死
挂根绳子算了
阎王爷怎么还不来收我
老天爷早点把我收走吧
天天疼得要命，还不如死了好
老了不中用，活着遭罪，不想拖累儿女
不想拖累儿子了，我找个地方自己了断
我要寻短见
我想不开，昨天差点跳了堰塘
活不下去了
实在活不下去哒 一家人都没法活
日子过不下去了，带着娃一起走
我把药都攒起来了 哪天一把吃了
安眠药我吃了一瓶
割了手腕
我老婆说她不想活了
我妈天天说要喝农药
老头子闹着要上吊
死了算了
死了才好
我还活着搞么事
活起没得么子意思
冇得活头了
活得没劲，想死的心都有
早死早解脱
想解脱了
我想结束自己
自杀
轻生的念头有了好几回
跟你们说声对不起，我先走一步了
遗书我都写好了
后事都安排好了，存折在柜子里
我活着就是浪费粮食，让我死吧
瘫在床上三年了，求你们给我打一针让我走
得了癌症没钱治，只有等死，还不如自己早点走
今天晚上就是我最后一晚了
再没人管我就死给你们看
我一天都不想多活了
想去找我死去的老伴
我要去陪我老伴了，阴间团聚
让我死了吧，治也是白花钱
不治了不治了，回家等死算了
拿根绳子了结了
水库边上坐了半天 想下去
我站在桥上了 不想回去了
喝药了喝药了快来
我老汉儿喝了农药
嫂子想寻死
我儿割腕了
妈说死了省得花钱
我这条老命不要了
这条命不值钱，不要也罢
活腻歪了
活得太苦了，想走绝路
逼得我走绝路
你们不管，我就去跳楼
再不发钱我就从塔吊上跳下来
不想，活了。
不 想 活
bu xiang huo le
不想活le
好想死
真的想死了算了
咋个不让我死嘛
死了还好些
死都不怕了 还怕么事
两腿一蹬就清净了
眼睛一闭啥都不晓得了 多好
世上没得我留恋的了
我不在了，你们把低保给我孙子
等我不在了娃儿咋办，我想带她一起去
人生走到头了，永别了
再见了，这个世界
不想活在世上受罪了
病成这样，死又死不了，活又活不成
"""
ALIVE = """
累死了 今天加班
热死了
想死你们了
笑死
打死也不去
猪死了两头
死活不给工资
活多得很
跳楼价甩卖
跳广场舞
吃药控制血压
喝中药调理
农药化肥涨价了
卖农药的
打农药
我爸去年去世了
没活干
没活了 回家了
干不活了
不想干活了
不想活动
老板死活不发钱
树死了
厂子半死不活
活路不好找
手机死机了
喝药三个月了 病好些
走投无路了 求帮忙
想不开就多走走
我在跳桥镇
累死了
想死你了
老人去世了
猪死了
今天热死了
笑死我了
我爸上个月走了
牛死了两头，亏了一万多
鸡死光了
厂里忙死了，一天十二个钟
不想干活了
不想做活了，太累
今天没活了
活干完了就回去
活不多
这里活路少，不好找
没得活路 在屋里耍
日子过得下去，别担心
急死人了，钱还没发
工资低死了
冷死个人
远死了，坐车要一天
死活找不到工作
死活不发工资
打死我也不去了
我老公死了五年了
家属意外死亡，赔偿没拿到
老伴过世后我一个人过
我想走了，下个月换个厂
我先走了，回聊
走了算了，这个厂不发钱
我想跳槽
不想跳广场舞
打农药去了
农药涨价了
在农药厂上班 五千
给果树打药
药吃完了
吃了一瓶药了，感冒还没好
鱼塘的鱼死了一半
果树冻死了
庄稼旱死了
手机死机了
死工资，四千五
挂了，先上班
吊瓶打了三天
在塔吊上开吊车 八千
生活过得去
活得好好的
还活着呢，哈哈
解脱了，终于把债还清了
这边工地结束了，合同到期
后事办完了 我爹的
买了份意外死亡保险
没意思，不想说
没劲，天天加班
早点走，免得堵车
饿死了,还没吃饭
困死了
想死这个家了，过年一定回
烦死了
想死我孙子了
想死家里的腊肉了
气死我了，老板又扣钱
痛死了，去县医院看了
牛摔死了
羊病死三只
我娘前年病死了
公公车祸死了，赔了二十万
蚊子咬死人
吓死我了以为是诈骗
美死了
好得要死
忙得要死
贵得要命
要死要活干一个月才三千
半死不活的生意
死心塌地在这干
死马当活马医，试试
不死心，还想再去一趟
该死的老板跑了
死板的很，请不到假
我去跳蚤市场摆摊
在绳子厂，四千二
桥上修路，一天三百
在水库边养鱼
老鼠药没用，谷子都吃了
喝了药好多了
喝药调理，一个月八百
活多，走不开
活重，一天两百
不想回去
不想活动，腿疼
快活得很
生活没得问题
没活了，老板说等通知
我明天就走了，去浙江
永远不去那里了
穷得要死，不过日子还行
跳到江苏去了
跳到塘厦的厂
"""
OPEN = (("心都死了，人也想跟着去了", True), ("老鼠药买好了", True), ("隔壁老李前年喝药死了", False))


@pytest.mark.parametrize("text", DYING.strip().splitlines())
def test_words_of_dying_are_heard(text: str) -> None:
    assert in_danger(text)


@pytest.mark.parametrize("text", ALIVE.strip().splitlines())
def test_a_way_of_speaking_is_no_danger(text: str) -> None:
    assert not in_danger(text)


@pytest.mark.parametrize("piece", ["_", "a_", "a" + "_" * 40 + "bb", "不 ", "我 死 ", "从桥", "活着", "对不起", "a.b."])
def test_no_text_holds_the_listener_up(piece: str) -> None:
    text = f"a{piece * (10_000 // len(piece))}bb"
    in_danger(text)
    began = time.process_time()
    in_danger(text)
    assert time.process_time() - began < 0.2, "10 ms on an idle machine"


@pytest.mark.parametrize(("text", "dying"), OPEN)
@pytest.mark.xfail(strict=True, reason="no words tell it from its harmless twin")
def test_what_only_a_person_would_hear(text: str, dying: bool) -> None:
    assert in_danger(text) is dying


def test_no_ordinary_reply_is_taken_for_one() -> None:
    with Path(__file__).with_name("replies.tsv").open(encoding="utf-8", newline="") as lines:
        assert [row["text"] for row in csv.DictReader(lines, delimiter="\t") if in_danger(row["text"])] == []
