"""乡镇共享的词汇: what a unit of a town may be shown of a household and its people, and of which people."""

from field.codes import Guarantee
from field.labels import Labelled


class SharedField(Labelled):
    """可以看的一项, first those of the household, then from 姓名 on those of each person who concerns the unit."""

    NUMBER = "number", "户编号"
    HEAD = "head", "户主"
    VILLAGE = "village", "村"
    GROUP = "group", "组"
    ADDRESS = "address", "住址"
    PHONE = "phone", "联系电话"
    KIND = "kind", "监测类别"
    GRADE = "grade", "预警等级"
    RISK_FACTORS = "risk_factors", "风险点"
    IDENTIFIED_ON = "identified_on", "识别时间"
    LAST_VISIT_ON = "last_visit_on", "上次走访"
    INCOME = "income", "收入"
    FOOD_GUARANTEE = "food_guarantee", Guarantee.FOOD.label
    CLOTHING_GUARANTEE = "clothing_guarantee", Guarantee.CLOTHING.label
    SCHOOLING_GUARANTEE = "schooling_guarantee", Guarantee.SCHOOLING.label
    MEDICAL_GUARANTEE = "medical_guarantee", Guarantee.MEDICAL.label
    HOUSING_GUARANTEE = "housing_guarantee", Guarantee.HOUSING.label
    WATER_GUARANTEE = "water_guarantee", Guarantee.WATER.label
    NAME = "name", "姓名"
    RELATION = "relation", "关系"
    SEX = "sex", "性别"
    AGE = "age", "年龄"
    ID_NUMBER = "id_number", "证件号码"
    PUPIL = "pupil", "在校生状况"
    SCHOOLING = "schooling", "文化程度"
    HEALTH = "health", "健康"
    DISABILITY = "disability", "残疾类别和等级"
    LABOUR = "labour", "劳动能力"
    MEDICAL_INSURANCE = "medical_insurance", "医疗保险"
    MAJOR_ILLNESS_COVER = "major_illness_cover", "大病保险"
    MINIMUM_LIVING = "minimum_living", "低保"
    EXTREME_HARDSHIP = "extreme_hardship", "特困"


class Concerns(Labelled):
    """和单位有关的人: whom the roster says to be so."""

    EVERYONE = "everyone", "在家的每个人"
    PUPIL = "pupil", "在校生"
    SCHOOL_AGE = "school_age", "学龄的人"
    ILL = "ill", "患有大病、长期慢性病的人"
    DISABLED = "disabled", "残疾人"
    MINIMUM_LIVING = "minimum_living", "吃低保的人"
    EXTREME_HARDSHIP = "extreme_hardship", "特困供养的人"


GUARANTEES = {
    SharedField(f"{one.value}_guarantee"): one.value for one in Guarantee
}  # of a guarantee, whether there is a problem, and never the note
OF_PEOPLE = frozenset(list(SharedField)[list(SharedField).index(SharedField.NAME) :])
