"""多音字: characters of names that are read in several ways, or in another way than elsewhere; the likeliest first."""

SURNAMES: dict[str, tuple[str, ...]] = {
    "单": ("shan", "dan"), "曾": ("zeng", "ceng"), "仇": ("qiu", "chou"), "解": ("xie", "jie"),
    "查": ("zha", "cha"), "朴": ("piao", "pu"), "区": ("ou", "qu"), "盖": ("ge", "gai"), "乐": ("yue", "le"),
    "翟": ("zhai", "di"), "覃": ("qin", "tan"), "洗": ("xian", "xi"), "缪": ("miao", "mou"), "员": ("yun", "yuan"),
    "种": ("chong", "zhong"), "黑": ("he", "hei"), "繁": ("po", "fan"), "折": ("she", "zhe"), "牟": ("mou", "mu"),
    "召": ("shao", "zhao"), "乜": ("nie", "mie"), "祭": ("zhai", "ji"), "尉": ("wei", "yu"), "薄": ("bo", "bao"),
    "柏": ("bai", "bo"), "隗": ("wei", "kui"), "秘": ("bi", "mi"), "谌": ("chen", "shen"), "郇": ("xun", "huan"),
    "句": ("gou", "ju"), "会": ("gui", "hui"), "粘": ("nian", "zhan"), "盛": ("sheng", "cheng"),
    "贾": ("jia", "gu"), "角": ("jue", "jiao"), "俞": ("yu", "shu"), "沈": ("shen", "chen"),
    "强": ("qiang", "jiang"), "那": ("na", "nuo"), "车": ("che", "ju"), "石": ("shi", "dan"), "宿": ("su", "xiu"),
    "都": ("du", "dou"), "行": ("xing", "hang"), "长": ("chang", "zhang"), "万": ("wan", "mo"), "阚": ("kan",),
    "卜": ("bu",), "宓": ("mi", "fu"), "重": ("chong", "zhong"),
}  # fmt: skip
COMPOUND: dict[str, tuple[str, ...]] = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "令狐": ("ling", "hu"), "夏侯": ("xia", "hou"),
}  # fmt: skip
GIVEN: dict[str, tuple[str, ...]] = {
    "乐": ("le", "yue"), "朝": ("chao", "zhao"), "长": ("chang", "zhang"), "行": ("xing", "hang"),
    "茜": ("qian", "xi"), "晟": ("sheng", "cheng"), "盛": ("sheng", "cheng"), "重": ("chong", "zhong"),
    "传": ("chuan", "zhuan"), "曾": ("zeng", "ceng"), "朴": ("pu", "piao"), "都": ("du", "dou"),
    "柏": ("bai", "bo"), "翟": ("di", "zhai"), "单": ("dan", "shan"), "解": ("jie", "xie"), "藏": ("zang", "cang"),
    "降": ("jiang", "xiang"), "娜": ("na", "nuo"), "蔚": ("wei", "yu"), "堡": ("bao", "pu"), "埔": ("pu", "bu"),
    "荥": ("xing", "ying"), "六": ("liu", "lu"), "厦": ("xia", "sha"),
}  # fmt: skip
