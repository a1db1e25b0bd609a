// Codes and what a person reads for them; the same words as field/codes.py, which a test holds against these.

/** labels[vocabulary][code] → Chinese; lists where a word is its own code. */
export const labels = {
  kind: {unstable: '脱贫不稳定户', marginal: '边缘易致贫户', sudden: '突发严重困难户', at_risk: '防止返贫致贫对象'},
  grade: {red: '红色', orange: '橙色', yellow: '黄色', none: '无'},
  sections: {
    members: '家庭成员', income: '收入', expenses: '支出', guarantees: '两不愁三保障和饮水',
    risk_factors: '风险点', needs: '需要', photos: '照片',
  },
  risk_factors: {
    illness: '因病', disability: '因残', schooling: '因学', disaster: '因灾', accident: '因意外',
    unstable_work: '务工就业不稳', failed_business: '产业失败', lack_of_labour: '缺劳动力', housing: '住房', water: '饮水', other: '其他',
  },
  guarantees: {
    food: '不愁吃', clothing: '不愁穿', schooling: '义务教育', medical: '基本医疗', housing: '住房安全', water: '饮水安全',
  },
  income: {
    wages: '工资性收入', business: '生产经营性收入', property: '财产性收入', transfers: '转移性收入', production_cost: '生产经营性支出',
  },
  expenses: {medical_self_paid: '自付医疗费', schooling: '上学费用', housing: '住房费用', other: '其他大额支出'},
  needs: {
    medical: '看病救助', social_security: '低保特困', job: '找工作', training: '技能培训', industry: '发展产业',
    schooling: '上学资助', housing: '修缮住房', water: '解决饮水', cash: '临时救助', other: '其他',
  },
  evidence: {receipt: '票据', medical_record: '病历', house: '房屋', person: '人员', other: '其他', signature: '签名', consent: '承诺书'},
  left: {moved: '迁出', died: '去世', married_out: '婚嫁迁出'},
  sex: {male: '男', female: '女'},
  informant: ['户主', '配偶', '其他家人', '邻居', '村组干部'],
  reason: ['约时间走访', '核实情况', '告知帮扶进展'],
  location_reason: ['没有信号', '手机没有定位', '不方便', '其他'],
  relation: ['配偶', '儿子', '女儿', '儿媳', '女婿', '孙子', '孙女', '父亲', '母亲', '兄弟姐妹', '其他'],
  health: ['健康', '长期慢性病', '患有大病', '残疾'],
  schooling: ['未上学', '学前教育', '小学', '初中', '高中', '中职', '大专', '本科及以上'],
  labour: ['普通劳动力', '技能劳动力', '弱劳动力或半劳动力', '丧失劳动力', '无劳动力'],
}
