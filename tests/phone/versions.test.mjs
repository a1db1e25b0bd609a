import assert from 'node:assert/strict'
import test from 'node:test'
import {rows} from '../../field/web/phone/versions.js'

const NOW = new Date('2026-11-28T02:00:00Z')
const FORM = {id: 'h1', persons: [], risk_factors: ['illness'], last_visit: null}
const SENT = {
  visited_at: '2026-11-20T02:30:00Z', informant: '户主', note: '屋顶漏雨', unchanged: ['needs'],
  income: {wages: 3600000}, risk_factors: ['illness'], evidence: [],
}

test('only what differs is told, the ledger first', () => {
  const kept = {...SENT, income: {wages: 4200000}, note: ''}
  assert.deepEqual(rows(kept, SENT, FORM, NOW).map(([what]) => what).length, 2)
  const [income, note] = rows(kept, SENT, FORM, NOW)
  assert.match(income[1], /42,000\.00 元/)
  assert.match(income[2], /36,000\.00 元/)
  assert.deepEqual(note.slice(1), ['没有记', '屋顶漏雨'])
})

test('a visit that says the same differs in nothing that can be told', () => assert.deepEqual(rows(SENT, SENT, FORM, NOW), []))

test('another day and another informant are told too', () => {
  const kept = {...SENT, visited_at: '2026-11-19T02:30:00Z', informant: '邻居'}
  assert.deepEqual(rows(kept, SENT, FORM, NOW).map(row => row.slice(1)).pop(), ['邻居', '户主'])
})

test('members are told with what was said of each, in the words of the form', () => {
  const form = {...FORM, persons: [{id: 'p1', name: '李二'}], places: {440306: '广东省深圳市宝安区'}}
  const kept = {...SENT, members: [], unchanged: ['members', 'needs']}
  const sent = {...SENT, members: [
    {person_id: 'p1', monthly_income: 320000, work_place: '440306', left: 'moved'}, {new: {name: '李小三', relation: '儿子', sex: 'male'}},
  ]}
  assert.deepEqual(rows(kept, sent, form, NOW), [['家庭成员', '无变化',
    '李二（每月收入（元） 3,200.00 元，务工地点 广东省深圳市宝安区，离开了吗 迁出）；新添 李小三（与户主关系 儿子，性别 男）']])
})

test('the place is told where it, its accuracy or its time differs, and the reason where there is none', () => {
  const location = {latitude: 31.7405, longitude: 111.3127, accuracy_m: 18, fix_at: '2026-11-20T02:31:00Z', datum: 'WGS-84'}
  const [[what, ledger, phone], ...more] = rows({...SENT, location}, {...SENT, location_reason: '没有信号'}, FORM, NOW)
  assert.deepEqual([what, phone, more], ['位置', '没有信号', []])
  assert.equal(ledger, '北纬 31.74050，东经 111.31270，误差约 18 米；11月20日 周五 10:31')
  assert.equal(rows({...SENT, location}, {...SENT, location: {...location, longitude: 111.3129}}, FORM, NOW).length, 1)
})

test('photographs are told by kind, day, person and amount, and only those that the other side has not', () => {
  const house = {sha256: 'a', kind: 'house', taken_at: '2026-11-20T02:31:00Z'}, bill = {sha256: 'b', kind: 'receipt', amount: 1275000, person_id: 'p1'}
  const form = {...FORM, persons: [{id: 'p1', name: '李二'}]}
  assert.deepEqual(rows({...SENT, evidence: [house]}, {...SENT, evidence: [bill, house]}, form, NOW),
    [['照片（只列不一样的）', '没有别的照片', '票据（李二，12,750.00 元）']])
  const [[, ledger, phone]] = rows({...SENT, evidence: [house]}, {...SENT, evidence: [{...house, sha256: 'c'}]}, form, NOW)
  assert.deepEqual([ledger, phone], ['房屋（11月20日 周五 10:31 拍）', '房屋（11月20日 周五 10:31 拍）'])
})

test('a section left as it was stands as that beside one with figures, and another period is seen', () => {
  const period = {from: '2025-10-01', to: '2026-09-30'}
  assert.deepEqual(rows({...SENT, income: undefined, unchanged: ['income', 'needs']}, SENT, FORM, NOW).map(row => row.slice(1)), [['无变化', '工资性收入 36,000.00 元']])
  const [[, ledger, phone]] = rows({...SENT, income: {wages: 3600000, period}}, {...SENT, income: {wages: 3600000, period: {...period, to: '2026-10-31'}}}, FORM, NOW)
  assert.notEqual(ledger, phone)
})
