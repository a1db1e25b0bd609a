import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import test from 'node:test'
import {begin, better, fromVisit, known, sameAsLast, answered, toVisit} from '../../field/web/phone/draft.js'
import {judge} from '../../field/web/phone/rules.js'

const rules = JSON.parse(readFileSync(new URL('../../field/monitoring/visiting/visit.schema.json', import.meta.url)))
const NOW = new Date('2026-11-20T02:30:00.417Z')
const ID = '019aa000-0000-7000-8000-000000000001'
const HOUSE = '019a0000-0000-7000-8000-000000000001'
const PERSON = '019a0000-0000-7000-9000-000000000011'
const FIX = {latitude: 31.7405, longitude: 111.3127, accuracy_m: 18, fix_at: '2026-11-20T02:29:50Z', datum: 'WGS-84'}
const ok = {status: 'ok'}
const last = {
  visited_at: '2026-03-15T02:30:00Z',
  income: {wages: 1860000, business: 240000, property: 0, transfers: 156000, production_cost: 80000, period: {from: '2024-10-01', to: '2025-09-30'}},
  expenses: {medical_self_paid: 3800000, schooling: 0, housing: 0, other: 0},
  guarantees: {food: ok, clothing: ok, schooling: ok, medical: {status: 'problem', note: '自费药未报销'}, housing: ok, water: ok},
  risk_factors: ['illness'], needs: ['medical'], note: '',
}
const form = (more = {}) => ({id: HOUSE, kind: 'unstable', risk_factors: ['illness'], persons: [{id: PERSON}], last_visit: last, ...more})

function unchanged() {
  const draft = begin(form(), ID, NOW)
  sameAsLast(draft, form())
  return {...draft, location: FIX}
}

function changed() {
  const draft = begin(form(), ID, NOW)
  ;['members', 'income', 'expenses', 'guarantees', 'risk_factors', 'needs'].forEach(section => { draft.answers[section] = 'changed' })
  draft.members = [{person_id: PERSON, monthly_income: '5,200.5', months_away: '10', work_place: '441900'}, {key: 'n1', new: {name: '陈小宝', sex: 'male'}}, {person_id: HOUSE}]
  draft.income.wages = '20000'
  draft.guarantees.food = {status: 'problem', note: ' 冬天缺粮 '}
  draft.risk_factors = ['disability', 'illness']
  draft.needs = []
  draft.note = ' 已告知政策 '
  draft.location_reason = '没有信号'
  draft.photos = [{id: 'p', sha256: 'a'.repeat(64), kind: 'receipt', taken_at: '2026-11-20T02:31:00Z', poor: false,
    person_id: PERSON, issued_on: '2026-10-08', amount: '12750', compliant_amount: ''}]
  return draft
}

test('a visit without changes names every section as unchanged and repeats nothing', () => {
  assert.deepEqual(toVisit(unchanged(), form()), {
    id: ID, household_id: HOUSE, visited_at: '2026-11-20T02:30:00Z', location: FIX, informant: '户主', members: [],
    needs: ['medical'], note: '', unchanged: ['members', 'income', 'expenses', 'guarantees', 'risk_factors'], evidence: [],
  })
})

test('what changed is the contract JSON: amounts in 分, only what was told, the main risk first', () => {
  const {income, members, guarantees, ...visit} = toVisit(changed(), form())
  assert.deepEqual(income, {wages: 2000000, business: 240000, property: 0, transfers: 156000, production_cost: 80000, period: {from: '2025-10-01', to: '2026-09-30'}})
  assert.deepEqual(members, [{person_id: PERSON, work_place: '441900', months_away: 10, monthly_income: 520050}, {new: {name: '陈小宝', sex: 'male'}}])
  assert.deepEqual(guarantees.food, {status: 'problem', note: '冬天缺粮'})
  assert.deepEqual(visit.evidence, [{sha256: 'a'.repeat(64), kind: 'receipt', taken_at: '2026-11-20T02:31:00Z', person_id: PERSON, issued_on: '2026-10-08', amount: 1275000}])
  assert.deepEqual([visit.risk_factors, visit.needs, visit.note, visit.location_reason, visit.unchanged], [['disability', 'illness'], [], '已告知政策', '没有信号', []])
})

test('both pass the rules of the server', () => {
  assert.deepEqual(judge(rules, toVisit(unchanged(), form())), [])
  assert.deepEqual(judge(rules, toVisit(changed(), form())), [])
})

test('what was not answered and what is no amount are named by the rules', () => {
  const draft = begin(form(), ID, NOW)
  draft.answers.income = 'changed'
  draft.income.wages = '一千'
  draft.income.business = ''
  const faults = judge(rules, toVisit(draft, form())).map(fault => fault.field)
  assert.deepEqual(faults, ['expenses', 'guarantees', 'income.business', 'income.wages', 'location', 'risk_factors'])
})

test('a visit that came back to be mended gives the same visit again', () => {
  const draft = changed()
  draft.members.pop()
  const visit = toVisit(draft, form())
  const photos = [{id: 'p', sha256: 'a'.repeat(64), kind: 'receipt', size: 9, state: 'waiting'}]
  assert.deepEqual(toVisit(fromVisit(visit, photos, form()), form()), visit)
  assert.deepEqual(toVisit(fromVisit(toVisit(unchanged(), form()), [], form()), form()), toVisit(unchanged(), form()))
})

test('a first visit has nothing to confirm but who lives there and the risks of the roster', () => {
  const first = form({last_visit: null})
  const draft = begin(first, ID, NOW)
  sameAsLast(draft, first)
  assert.deepEqual(answered(draft), ['members', 'risk_factors', 'photos'])
  assert.equal(known(first, 'income'), false)
})

test('the more accurate fix is kept, and none of a later place', () => {
  const at = (accuracy_m, fix_at) => ({...FIX, accuracy_m, fix_at})
  const rough = at(80, '2026-11-20T02:30:00Z'), fine = at(8, '2026-11-20T02:31:00Z'), home = at(5, '2026-11-20T09:00:00Z')
  assert.equal(better(null, rough), rough)
  assert.equal(better(rough, fine), fine)
  assert.equal(better(fine, rough), fine)
  assert.equal(better(rough, home), rough)
})
