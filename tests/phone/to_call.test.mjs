// 电话回访: what is typed becomes what the server takes, or names the field that cannot be right.
import assert from 'node:assert/strict'
import {test} from 'node:test'
import {begin, fromCall, toCall, wrong} from '../../field/web/phone/to_call.js'

const base = {id: 'ID', person_id: 'P', answered_by: 'self', how: 'unchanged', help: 'no', name: '', note: '', facts: {}}
const call = changes => toCall({...base, ...changes}, new Date(Date.UTC(2026, 10, 24)))
const faults = changes => wrong({...base, ...changes}).map(({field}) => field)

test('what nobody said is not told: a new call says nothing yet', () => {
  const said = changes => wrong({...begin('H', 'P', 'ID', new Date()), ...changes}).map(({field}) => field)
  assert.deepEqual(said({}), ['how', 'help'])
  assert.deepEqual(said({how: 'unchanged'}), ['help'])
  assert.deepEqual(said({how: 'declined'}), [])
})

test('nothing changed is told as that', () => {
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
  test(`${name} ${text} is named`, () => assert.deepEqual(faults({how: 'changed', facts: {[name]: text}}), [`facts.${name}`]))
}

test('changed needs something that changed', () => {
  assert.deepEqual(faults({how: 'changed'}), ['facts'])
  assert.deepEqual(faults({how: 'changed', note: '换了厂'}), [])
  assert.equal(call({how: 'changed', note: '换了厂'}).note, '换了厂')
})

test('a relative is named only when a relative answered', () => {
  assert.equal(call({answered_by: 'family', name: '李小一'}).said_by, '李小一')
  assert.equal('said_by' in call({name: '李小一'}), false)
})

test('every field that cannot be right is named at once, and none where nothing changed', () => {
  const facts = {phone: 'abc', months_away: '13', work: '电工'}
  assert.deepEqual(faults({how: 'changed', facts}), ['facts.phone', 'facts.months_away'])
  assert.deepEqual(faults({how: 'unchanged', facts}), [])
})

test('a call that came back to be mended keeps the time at which it was made', () => {
  const sent = call({how: 'changed', facts: {monthly_income: '5200'}})
  assert.deepEqual(toCall(fromCall(sent, 'H'), new Date()), sent)
})
