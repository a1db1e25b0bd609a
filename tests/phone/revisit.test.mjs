import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import test from 'node:test'
import {judge} from '../../field/web/phone/rules.js'
import {begin, due, fromRevisit, toRevisit} from '../../field/web/phone/to_revisit.js'

const json = path => JSON.parse(readFileSync(new URL(path, import.meta.url)))
const visit = json('../../field/monitoring/visiting/visit.schema.json')
const {'x-from-visit': taken, ...own} = json('../../field/monitoring/visiting/revisit.schema.json')
const of = part => Object.fromEntries(taken[part].map(name => [name, visit[part][name]]))
const schema = {...own, properties: {...of('properties'), ...own.properties}, $defs: of('$defs'), 'x-words': visit['x-words']} // as the server serves it
const {base, cases} = json('../revisit_cases.json')
const NOW = new Date('2026-11-20T02:30:00Z')
const FORM = {id: base.household_id, head: '陈大一', persons: []}

function revisitOf({drop = [], set = {}}) {
  const said = structuredClone(base)
  const at = path => {
    const way = path.split('.'), last = way.pop()
    return [way.reduce((holder, part) => holder[part], said), last]
  }
  for (const [holder, last] of drop.map(at)) delete holder[last]
  for (const path in set) { const [holder, last] = at(path); holder[last] = set[path] }
  return said
}

for (const each of cases) {
  test(`the phone judges a revisit as the server does: ${each.name}`, () => {
    const found = judge(schema, revisitOf(each))
    assert.deepEqual(found.map(({field}) => field), each.fields)
    if (each.says) assert.deepEqual(found.map(({message}) => message), each.says)
  })
}

test('a revisit that was sent is the same after it came back to be mended', () => {
  for (const said of [base, revisitOf({set: {relapse: true, note: '户主又住院了', 'measures.status': 'stopped', 'measures.note': '公益岗停了'}})]) {
    assert.deepEqual(toRevisit(fromRevisit(said, [], FORM)), said)
  }
})

test('a form in which nothing is answered has every question at fault, and what was typed as words stays', () => {
  const draft = begin(FORM, base.id, NOW)
  const asked = ['checked_with', 'expenses.housing', 'guarantees.food', 'income_per_head', 'location', 'measures', 'relapse']
  const faults = judge(schema, toRevisit(draft)).map(({field}) => field)
  for (const field of asked) assert.ok(faults.includes(field), field)
  assert.equal(toRevisit({...draft, income: '一万多'}).income_per_head, '一万多')
})

test('a revisit is open from its first day in China until one waits on the phone to be sent', () => {
  const form = {id: 'H', revisit: {nth: 1, from_on: '2026-11-21', due_on: '2026-11-28'}}
  const queued = {path: '/api/revisits', household: 'H', state: 'waiting'}
  for (const [stands, of, queue, now] of [
    ['later', form, [], '2026-11-20T15:59:59Z'], ['open', form, [], '2026-11-20T16:00:00Z'], ['open', form, [], '2026-12-24T00:00:00Z'],
    ['sent', form, [queued], '2026-11-24T00:00:00Z'], ['sent', {id: 'H'}, [queued], '2026-11-24T00:00:00Z'], ['', {id: 'H', revisit: null}, [], '2026-11-24T00:00:00Z'],
    ['open', form, [{...queued, state: 'done'}, {...queued, household: 'other'}, {household: 'H', state: 'waiting'}], '2026-11-24T00:00:00Z'],
  ]) assert.equal(due(of, queue, new Date(now)), stands)
})
