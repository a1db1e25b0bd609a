import assert from 'node:assert/strict'
import test from 'node:test'
import {age, day, daysSince, hour, period} from '../../field/web/phone/days.js'
import {fen, money, yuan} from '../../field/web/phone/money.js'

const AMOUNTS = [
  ['0', 0], ['12', 1200], ['12.3', 1230], ['12.34', 1234], ['0.07', 7], ['1,860.5', 186050], ['18600元', 1860000], [' 4 500 ', 450000],
  ['１２．５', 1250], ['999999999.99', 99999999999], ['', null], ['  ', null],
]

for (const [typed, amount] of AMOUNTS) {
  test(`${JSON.stringify(typed)} 元 is ${amount} 分`, () => assert.equal(fen(typed), amount))
}

for (const typed of ['12.345', '-5', '一百', '1.8万', '1e3', '12.', '1234567890']) {
  test(`${typed} is no amount and stays as it was typed`, () => assert.equal(fen(typed), typed))
}

test('no amount of 分 is changed by being shown and typed again', () => {
  for (const amount of [0, 1, 10, 99, 100, 101, 110, 123456, 1860000, 99999999999]) assert.equal(fen(yuan(amount)), amount)
})

test('money is read with its thousands and two places', () => {
  assert.deepEqual([0, 5, 123450, 386000000].map(money), ['0.00 元', '0.05 元', '1,234.50 元', '3,860,000.00 元'])
})

test('income is counted from October to September where a household is monitored', () => {
  const at = (monitored, day) => { const {from, to} = period(monitored, new Date(day)); return `${from}…${to}` }
  assert.equal(at(true, '2026-11-20T02:30:00Z'), '2025-10-01…2026-09-30')
  assert.equal(at(true, '2026-03-01T02:30:00Z'), '2024-10-01…2025-09-30')
  assert.equal(at(false, '2026-03-01T02:30:00Z'), '2025-03-01…2026-02-28')
  assert.equal(at(false, '2026-01-31T02:30:00Z'), '2025-01-01…2025-12-31')
  assert.equal(at(true, '2026-09-30T17:00:00Z'), '2025-10-01…2026-09-30') // already October in China
})

test('days and hours are those of China', () => {
  const now = new Date('2026-11-24T02:00:00Z')
  assert.equal(day('2026-11-22T17:00:00Z', now), '11月23日 周一')
  assert.equal(day('2025-11-23T02:00:00Z', now), '2025年11月23日')
  assert.equal(hour('2026-11-22T17:05:00Z'), '01:05')
  assert.equal(daysSince('2026-11-23T15:59:00Z', now), 1)
  assert.equal(daysSince('2026-11-23T16:01:00Z', now), 0)
})

test('an age changes on the birthday', () => {
  assert.equal(age('1968-11-24', new Date('2026-11-23T15:00:00Z')), 57)
  assert.equal(age('1968-11-24', new Date('2026-11-23T16:00:00Z')), 58)
})
