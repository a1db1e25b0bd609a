import assert from 'node:assert/strict'
import test from 'node:test'
import {fromConsents, toConsents, unsigned} from '../../field/web/phone/signing.js'
import {fromCall, toCall} from '../../field/web/phone/to_call.js'
import {kindOf, telling} from '../../field/web/phone/telling.js'
import {rows} from '../../field/web/phone/versions.js'

const NOW = new Date('2026-11-28T02:00:00Z')
const FORM = {id: 'h1', persons: [{id: 'p1', name: '陈大一'}, {id: 'p2', name: '李小一'}], case: {id: 'c1', consents: []}, places: {440306: '广东省深圳市宝安区'}}
const CALL = {
  id: 'x1', person_id: 'p1', called_at: '2026-11-20T02:30:00Z', answered_by: 'family', said_by: '李小一',
  unchanged: false, declined: false, asks_help: true, facts: {work: '电工', work_place: '440306', months_away: 10, monthly_income: 520000}, note: '过年回来',
}
const SIGNED = {
  id: 'x2', text: '2026-1', signed_at: '2026-11-20T02:30:00Z',
  consents: [{person_id: 'p1', how: 'drawn'}, {person_id: 'p2', how: 'fingerprint', written_by: {name: '王会计'}}],
  evidence: [{sha256: 'a', kind: 'signature', person_id: 'p1'}, {sha256: 'b', kind: 'consent'}],
}
const REVISIT = {
  revisited_at: '2026-11-20T02:30:00Z', measures: {status: 'partly', note: '公益岗停了'}, income_per_head: 1250000,
  guarantees: {food: {status: 'ok'}, water: {status: 'problem', note: '断水'}}, expenses: {medical_self_paid: 120000},
  checked_with: [{who: 'neighbours'}, {who: 'department', department: '医保'}], relapse: true, note: '又住院了', location_reason: '没有信号',
}

test('what a record is stands in the way that it goes', () => {
  assert.deepEqual([undefined, '/api/calls', '/api/revisits', '/api/cases/c1/consents'].map(path => kindOf(path)), ['visits', 'calls', 'revisits', 'consents'])
})

test('a call is told with who answered, what is new and whether help is wanted', () => {
  assert.deepEqual(telling('calls', CALL, FORM, NOW).map(([, said]) => said), [
    '11月20日 周五 10:30', '陈大一', '家里人（李小一）', '有变化',
    '做什么工作 电工、务工地点 广东省深圳市宝安区、一年在外几个月 10、每月收入（元） 5,200.00 元', '有，要上门看看', '过年回来',
  ])
})

test('the ledger and the phone name the relative in two shapes, which is no difference', () => {
  const {answered_by, ...kept} = {...CALL, said_by: {name: '李小一'}, level: 3}
  assert.deepEqual(rows(kept, CALL, FORM, NOW, 'calls'), [])
  assert.deepEqual(rows({...kept, asks_help: false, facts: {}, unchanged: true}, CALL, FORM, NOW, 'calls').map(row => row.slice(1)), [
    ['和上次一样', '有变化'], ['没有记', telling('calls', CALL, FORM, NOW)[4][1]], ['没有', '有，要上门看看']])
})

test('consents are told by who signed in what way, and papers by themselves', () => {
  const kept = {...SIGNED, consents: SIGNED.consents.slice(0, 1), evidence: SIGNED.evidence.slice(0, 1)}
  assert.deepEqual(rows(kept, SIGNED, FORM, NOW, 'consents'), [
    ['谁签了', '陈大一（已在手机上签字）', '陈大一（已在手机上签字）；李小一（已按手印，由王会计代写）'], ['照片（只列不一样的）', '没有别的照片', '承诺书']])
})

test('a revisit is told part by part', () => {
  assert.deepEqual(telling('revisits', REVISIT, FORM, NOW).map(([, said]) => said), [
    '11月20日 周五 10:30', '有的停了（公益岗停了）', '饮水安全有问题：断水', '12,500.00 元', '自付医疗费 1,200.00 元', '邻居、帮扶部门（医保）', '有', '又住院了', '没有信号'])
  assert.deepEqual(rows({...REVISIT, relapse: false}, REVISIT, FORM, NOW, 'revisits'), [['有没有返贫风险', '没有', '有']])
})

test('a call that came back to be mended gives the same call again', () => {
  for (const changes of [{}, {facts: {}, unchanged: true}, {declined: true, facts: {}}, {facts: {}, note: '没说'}]) {
    const {said_by, ...sent} = {...CALL, ...changes}
    const draft = fromCall({...sent, said_by}, 'h1')
    assert.deepEqual(toCall(draft, new Date()), {...sent, said_by})
  }
})

test('consents that came back keep papers and writers; who drew signs again', () => {
  const draft = fromConsents(SIGNED, [{id: '1', sha256: 'a', kind: 'signature'}, {id: '2', sha256: 'b', kind: 'consent'}], FORM)
  assert.deepEqual([draft.people.p1, draft.people.p2], [{how: 'drawn', strokes: []}, {how: 'fingerprint', strokes: [], writer: '王会计'}])
  assert.deepEqual(draft.photos.map(({id}) => id), ['2'])
  assert.deepEqual(toConsents(draft, FORM.persons, '2026-1', {p1: 'a'}, new Date(SIGNED.signed_at)).consents, SIGNED.consents)
})

test('who signed only on this phone has not signed once that was not taken', () => {
  const noted = [{person_id: 'p1', how: 'drawn', signed_at: SIGNED.signed_at}, {person_id: 'p2', how: 'signed', signed_at: '2026-11-01T02:30:00Z'}]
  const form = {...FORM, case: {id: 'c1', consents: noted}}
  assert.deepEqual(unsigned(form, SIGNED).case.consents, noted.slice(1))
})
