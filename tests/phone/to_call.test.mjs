// 电话回访: what is typed becomes what the server takes, or names the field that cannot be right.
import assert from 'node:assert/strict'
import {test} from 'node:test'
import {toCall} from '../../field/web/phone/to_call.js'

const base = {answered_by: 'self', how: 'unchanged', help: 'no', name: '', note: '', facts: {}}
const call = changes => toCall({...base, ...changes}, 'P', 'ID', Date.UTC(2026, 10, 24))

test('nothing changed is one tap', () => {
  assert.deepEqual(call({}), {
    id: 'ID', person_id: 'P', called_at: '2026-11-24T00:00:00.000Z', answered_by: 'self',
    unchanged: true, declined: false, asks_help: false, facts: {}, note: '',
  })
})

test('what was typed before the mind changed is not told', () => {
  assert.deepEqual(call({how: 'declined', facts: {work: '电子厂'}}).facts, {})
})

test('amounts are told in 分, numbers without spaces, and what is empty not at all', () => {
  const facts = {phone: '138 0000-0199', work: ' 电子厂 ', months_away: '10', monthly_income: '5,200', work_place: ''}
  assert.deepEqual(call({how: 'changed', facts}).facts, {phone: '13800000199', work: '电子厂', months_away: 10, monthly_income: 520000})
})

for (const [name, text] of [['phone', 'abc'], ['months_away', '13'], ['months_away', '一'], ['monthly_income', '五千']]) {
  test(`${name} ${text} is named`, () => assert.deepEqual(call({how: 'changed', facts: {[name]: text}}), {wrong: `facts.${name}`}))
}

test('changed needs something that changed', () => {
  assert.deepEqual(call({how: 'changed'}), {wrong: 'facts'})
  assert.equal(call({how: 'changed', note: '换了厂'}).note, '换了厂')
})

test('a relative is named only when a relative answered', () => {
  assert.equal(call({answered_by: 'family', name: '李小一'}).said_by, '李小一')
  assert.equal('said_by' in call({name: '李小一'}), false)
})
