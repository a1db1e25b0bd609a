// Every sentence of the phone form, in one place; a function where something is counted or named.

export const words = {
  app: '田野走访', purpose: '入户走访，当场记下，有网自动上传',
  back: '返回', next: '继续', later: '以后再说', close: '关闭', retry: '再试一次', understood: '知道了',
  demo: '演示数据', outside: '点右上角 ··· 选“在浏览器打开”，草稿和照片存得更稳。',
  tabs: {today: '今天', households: '农户', waiting: '待发', me: '我'},
  truth: {
    stuck: n => `${n} 条要处理`,
    sending: (n, online) => !online ? n ? `离线 · ${n} 条待发` : '离线' : n ? `${n} 条待发` : '已全部上传',
  },
  failed: {
    offline: '没有网络，这一页还没有存在手机里。手机里已有的内容都在，有信号时再打开。',
    other: '这一页没有打开。填过的内容都在手机里，请再试一次。',
    first: '没有网络。第一次要在有信号的地方打开一次，以后没有网络也能用。',
    unknown: '没有找到这一户，可能不在您负责的村。',
  },
  login: {
    title: '登录', open: '打开', again: '请再登录一次', keep: '请输入登录密码',
    username: '用户名', password: '密码', old: '从前的密码', opening: '正在打开…', another: '换一个人登录',
    forgotten: '忘了从前的密码', try_again: '再试一次', erase: '清空后重新开始', erased: '已清空。请再点一次登录。',
    anew: n => n ? `手机里还有 ${n} 条走访或草稿没有发出，清空后就没有了，不能恢复。` : '手机里没有待发的走访，清空后可以重新开始。',
    why: '用县里发给您的用户名和密码。密码不会存在手机里。',
    why_open: '手机里的资料上了锁，输入密码打开，没有网络也可以。',
    why_new: '这部手机第一次使用，请输入登录密码，给手机里的资料上锁。',
    why_keep: '输入登录密码，草稿才能存在手机里。填过的内容不会丢。',
    why_again: '登录过期了。填过的内容都在，登录后接着上传。',
  },
  refused: {
    wrong: () => '用户名或密码不对，请再输一次。',
    slow: () => '试的次数太多，请过几分钟再试。',
    ended: () => '这个账号已停用，手机里的资料已清除。有疑问请联系乡镇。',
    other: name => `这部手机里还有“${name}”没有发出的走访。请先用那个用户名登录，发出以后再换人。`,
    old: tried => tried ? '从前的密码也不对，请再输一次。' : '密码在别处改过。再输入从前的密码，手机里的资料就能打开。',
    offline: '没有网络。第一次登录要有信号，请到有信号的地方再试。',
    broken: '没有打开。这个浏览器可能不能保存资料，请换一个浏览器再试。',
  },
  age: n => `${n} 岁`, none: '没有', nothing_spent: '都是 0 元', all_secure: '都有保障', main: '（主要）',
  problem: note => note ? `有问题：${note}` : '有问题',
  yuan: label => `${label}（元）`,
  watched_not: '未纳入监测', begun: '没填完', never: '还没走访过', never_long: '还没有走访过这一户。',
  since: days => days <= 0 ? '今天走访过' : `${days} 天没走访`,
  village: (n, never) => never ? `全村 ${n} 户，${never} 户还没走访过` : `全村 ${n} 户，久未走访的在前`,
  empty: '您负责的范围里还没有农户。请联系乡镇核对。', more: '再看一些',
  tasks: {
    title: n => `等您办的 ${n} 件`, nobody: '还不知道是哪一户',
    due: days => days < 0 ? `过期 ${-days} 天` : days === 0 ? '今天要办' : `还有 ${days} 天`,
  },
  search: '姓名、组名或户编号', found: n => n ? `${n} 户` : '没有找到，换一个词试试',
  number: '户编号 ', lives_here: n => `家里 ${n} 口人`, last_visit: '上次走访', way: '怎么走',
  begin: '开始走访', go_on: '接着填',
  call: {
    short: '打电话', label: name => `打电话给${name}`, why: '为什么打电话？', traced: '取号码会留下记录。',
    reasons: ['约时间走访', '核实情况', '告知帮扶进展'], dial: phone => `拨打 ${phone.replace('+86', '')}`,
    reached: '打通了，记下来', title: name => `电话回访 ${name}`,
    none: '没有取到号码。要有网络才能取，取过一次就存在手机里。',
  },
  visit: {
    title: '走访', of: head => `走访 ${head}`, save: '保存', progress: (n, all) => `${n}/${all}`, kept: time => `草稿已存 ${time}`,
    first: '第一次走访，请逐项填写。', all: '全部无变化', all_why: '都和上次一样？先点这里，有变化的再单独改。',
    same: '无变化', changed: '有变化', fill_in: '填写', nothing: '还没有记录', now: '现在登记',
    last: when => `${when}：`, no_photos: '这次不拍照',
    answers: {same: () => '✓ 无变化', changed: () => '✓ 有变化', photos: n => n ? `✓ ${n} 张` : '✓ 不拍照'},
    period: {from: '收入从', to: '到'}, twelve: '最近 12 个月家里自己付的钱，没有就填 0。',
    guarantee: {ok: '有保障', problem: '有问题'}, which: '有什么问题？', which_problem: name => `${name}有什么问题`,
    main: '主要', choose: {risk_factors: '先点最主要的一项;没有就都不选。', needs: '可以选多项;没有就都不选。'},
    place: '位置和其他', informant: '谁介绍的情况', note: '还有什么要记下的（可不填）',
    of_whom: name => `${name}：`, faults: n => `还有 ${n} 处要补`,
  },
  hints: {
    wages: '打工、公益性岗位挣的', business: '种养、做买卖卖出的总数，不减成本', property: '土地流转、分红、利息',
    transfers: '低保、养老金、各种补贴', production_cost: '种子、化肥、饲料这些本钱', medical_self_paid: '报销以后自己付的',
  },
  member: {
    hint: '点开有变化的人，只改变了的。', add: '添一个人', new: '新添的人', added: '新添', remove: '不添了',
    changed: n => n ? `已改 ${n} 项` : '', choose: '请选', here: '还在家里', masked: phone => `${phone}，没变就空着`,
    fields: {
      phone: '电话', work: '做什么工作', work_place: '务工地点', months_away: '一年在外几个月', monthly_income: '每月收入（元）',
      health: '健康状况', schooling: '就学情况', labour: '劳动能力', left: '离开了吗', name: '姓名', sex: '性别',
      relation: '与户主关系', birth_date: '出生日期', id_number: '身份证号（可不填）',
    },
  },
  places: {
    choose: '选地方', other: name => `${name}，点这里改`, loading: '正在取地名…', failed: '没有取到地名，有网络时再点',
    levels: ['省', '市', '县'],
  },
  photos: {
    count: n => `${n} 张`, album: '从相册选', which: '拍的是什么？', working: '正在整理照片…',
    unreadable: '有一张照片打不开，没有加进来，请重拍。', locked: '要先输入密码，照片才能存在手机里。',
    poor: '看不清楚，重拍一张？', again: '重拍', keep: '就用这张', remove: '删除', details: '补充说明（可不填）',
    whose: '是谁的', nobody: '不确定', issued_on: '开票日期', amount: '票面金额', compliant_amount: '其中合规费用', compliant: '看不出来就空着',
  },
  place: {
    looking: '正在定位…', found: metres => `已定位，误差约 ${metres} 米`, none: '暂时没有定到位置，会继续找',
    refused: '手机没有允许定位。可在浏览器设置里打开。', late: '离开很久了，不再定位。', why: '没有定位，原因是：',
  },
  sent: {
    title: '走访记录', gone: '这条记录已经不在手机里了。', on: '回到今天',
    recorded: '已入台账', safe: '已经存好，可以放心离开。', kept: '已记录，等有网络自动上传', sending: '正在上传…', refused: '服务器没有收下',
    saved: (date, time) => `${date} ${time} 记录`, number: '回执编号', qr: '回执的二维码',
    why: '农户可以记下编号或扫码，核对这次走访已经入账。',
    photo: {done: '已上传', waiting: '等待上传', needs_attention: '没有收下'},
  },
  waiting: {
    none: '手机里没有待发的走访，都已上传。', drafts: '没填完的', done: '已入台账',
    states: {waiting: '等待上传', sending: '正在上传', needs_attention: '需要处理'},
    out: '一直发不出去？', out_why: '可以取出来交给乡镇，手机里的仍会保留。',
    call: '电话回访', now: '现在就发', file: '导出成文件', text: '导出成文字', begun: (date, time) => `${date} ${time} 开始`, unknown: '一户',
  },
  ways: {
    mend: '修改后再发', town: '交乡镇处理', why: '请写一句原因，乡镇会看到：', hand: '交给乡镇',
    text: '导出成文字', copy: '复制', copied: '已复制', by_hand: '请长按文字复制', remove: '从手机删除',
    remove_why: '删除后，这次走访就没有了，不能恢复。', remove_photo: '走访已入台账，只删除没有收下的照片。', stay: '留着', file: '走访导出.json',
  },
  me: {
    unknown: '还没有联网核对身份', phone: '这部手机', unsent: n => n ? `有 ${n} 条走访或草稿还没有发出` : '没有待发的走访',
    used: (used, quota) => `已用 ${megabytes(used)}${quota ? `，还可用 ${megabytes(quota - used)}` : ''}`,
    persisted: '手机不会自动清理这里的资料。', not_persisted: '手机空间不足时，可能会清理这里的资料。',
    refused: '浏览器没有同意。把本页添加到主屏幕后再试。', persist: '请手机不要清理', large: '大字',
    home: '放到手机桌面', home_ready: '像应用一样从桌面打开。', install: '添加到桌面',
    home_how: '在浏览器菜单里选“添加到主屏幕”，下次从桌面打开。', wechat: '在微信里：点右上角 ··· 选“在浏览器打开”。',
    out: '退出登录', out_held: n => `还有 ${n} 条没有发出`, out_why: '现在退出，这些走访和草稿会丢失，所以不能退出。请先发出，或导出保存。',
    out_clean: '都已上传。退出后，手机里的农户资料会清除。', send_first: '先去发出', stay: '不退出', version: text => `版本 ${text}`,
  },
}

function megabytes(bytes) {
  return bytes < 1e9 ? `${Math.max(0.1, bytes / 1e6).toFixed(1)} 兆` : `${(bytes / 1e9).toFixed(1)} G`
}
