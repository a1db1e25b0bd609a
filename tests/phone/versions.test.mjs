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
