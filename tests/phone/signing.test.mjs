import assert from 'node:assert/strict'
import test from 'node:test'
import {adults, begin, pathOf, signed, toConsents, wrong} from '../../field/web/phone/signing.js'
import {add, enough} from '../../field/web/phone/strokes.js'

const NOW = new Date('2026-11-26T04:00:00Z')
const person = (id, birth_date, more = {}) => ({id, name: id, birth_date, ...more})
const FORM = {
  id: 'h', case: {id: 'c', consents: []},
  persons: [person('head', '1968-05-04'), person('spouse', null), person('child', '2008-11-27'), person('gone', '1960-01-01', {left: 'died'})],
}
const draft = people => ({...begin(FORM, 'd', NOW), people})
const ALL = adults(FORM, NOW)
const fields = faults => faults.map(({field}) => field)

test('every member who is grown up signs, and who knows of no birthday is', () => {
  assert.deepEqual(ALL.map(({id}) => id), ['head', 'spouse'])
  assert.deepEqual(adults(FORM, new Date('2026-11-27T04:00:00Z')).map(({id}) => id), ['head', 'spouse', 'child'])
})

test('who has signed is told by the server, and by what waits on this phone', () => {
  const form = {...FORM, case: {id: 'c', consents: [{person_id: 'head', how: 'signed', signed_at: '2026-11-25T04:00:00Z'}]}}
  const waiting = {path: pathOf('c'), visit: {signed_at: '2026-11-26T04:00:00Z', consents: [{person_id: 'spouse', how: 'drawn'}]}}
  const other = {path: pathOf('other'), visit: {signed_at: '', consents: [{person_id: 'child', how: 'drawn'}]}}
  assert.deepEqual([...signed(form, [waiting, other, {path: pathOf('c'), visit: null}]).keys()], ['head', 'spouse'])
})

for (const [name, people, photos, faults] of [
  ['nothing', {}, [], ['people']],
  ['a name that was not finished', {head: {how: 'drawn', strokes: [], done: false}}, [], ['people.head']],
  ['one name, the other another day', {head: {how: 'drawn', strokes: [], done: true}}, [], []],
  ['a paper without its photograph', {head: {how: 'signed'}}, [], ['paper']],
  ['a fingerprint of nobody’s writing', {head: {how: 'fingerprint', writer: ' '}}, [{}], ['people.head']],
  ['a fingerprint with its writer', {head: {how: 'fingerprint', writer: '王会计'}}, [{}], []],
]) {
  test(`signed: ${name}`, () => assert.deepEqual(fields(wrong({...draft(people), photos}, ALL)), faults))
}

test('names drawn and a paper go up together, each signature with whose it is', () => {
  const said = {...draft({head: {how: 'drawn', strokes: [], done: true}, spouse: {how: 'fingerprint', writer: ' 王会计 '}}), photos: [{id: 'p', sha256: 'b'}]}
  assert.deepEqual(toConsents(said, ALL, '2026-1', {head: 'a'}, NOW), {
    id: 'd', text: '2026-1', signed_at: '2026-11-26T04:00:00Z',
    consents: [{person_id: 'head', how: 'drawn'}, {person_id: 'spouse', how: 'fingerprint', written_by: {name: '王会计'}}],
    evidence: [{sha256: 'a', kind: 'signature', person_id: 'head'}, {sha256: 'b', kind: 'consent'}],
  })
})

test('a photograph that was taken before the mind was changed does not go up', () => {
  const said = {...draft({head: {how: 'drawn', strokes: [], done: true}}), photos: [{id: 'p', sha256: 'b'}]}
  assert.deepEqual(toConsents(said, ALL, '2026-1', {head: 'a'}, NOW).evidence.map(({kind}) => kind), ['signature'])
})

test('a dot or a slip is no signature, and points beside each other are one', () => {
  const strokes = []
  add(strokes, [0.1, 0.1], true)
  assert.equal(enough(strokes), false)
  for (let step = 1; step <= 10; step++) add(strokes, [0.1 + step * 0.03, 0.1], false)
  assert.equal(enough(strokes), false)
  add(strokes, [0.1, 0.3], true)
  add(strokes, [0.1, 0.3001], false)
  add(strokes, [0.3, 0.3], false)
  assert.equal(enough(strokes), true)
  assert.deepEqual(strokes[1], [[0.1, 0.3], [0.3, 0.3]])
})
