import assert from 'node:assert/strict'
import test from 'node:test'
import {after, hurry, item, next, wake} from '../../field/web/phone/queue.js'

const NOW = Date.parse('2026-11-20T02:30:00Z')
const RECEIPT = {number: 'R-0001', entry_hash: 'ab'}
const digest = number => String(number).padStart(64, '0')
const photos = (...numbers) => numbers.map(number => ({id: `p${number}`, sha256: digest(number), kind: 'house', size: 9}))
const visit = (id, ...numbers) => ({id, household_id: 'h', evidence: photos(...numbers).map(({sha256, kind}) => ({sha256, kind}))})
const queued = (...items) => ({items, login: false, due: 0, tries: 0})
const one = (...numbers) => queued(item(visit('v', ...numbers), photos(...numbers), NOW))
const received = (...missing) => ({status: 201, data: {receipt: RECEIPT, evidence_missing: missing.map(digest)}})
const step = (queue, outcome, now = NOW) => after(queue, next(queue, now), outcome, now)

test('the record goes first, then each photograph that the server misses', () => {
  let queue = one(1, 2)
  assert.equal(next(queue, NOW).do, 'record')
  queue = step(queue, received(2))
  assert.deepEqual([next(queue, NOW).do, next(queue, NOW).photo], ['photo', digest(2)])
  queue = step(queue, {status: 201})
  assert.equal(next(queue, NOW), null)
  assert.equal(queue.items[0].state, 'done')
})

test('a done visit keeps its receipt and none of its content', () => {
  const [done] = step(one(), received()).items
  assert.deepEqual([done.state, done.receipt, done.visit, done.done_at], ['done', RECEIPT, null, NOW])
})

test('what the server asks to look at again stays with the receipt', () => {
  const warnings = [{check: 'no_phone', message: '没有电话', link: '/households/h'}]
  const [done] = step(one(), {status: 201, data: {receipt: RECEIPT, evidence_missing: [], warnings}}).items
  assert.deepEqual([done.state, done.warnings], ['done', warnings])
})

test('all records go before any photograph', () => {
  const first = step(one(1), received(1)).items[0]
  const queue = queued(first, item(visit('w'), [], NOW))
  assert.deepEqual([next(queue, NOW).do, next(queue, NOW).visit], ['record', 'w'])
})

for (const status of [0, 408, 425, 429, 500, 502, 503]) {
  test(`after ${status} the record waits, longer each time, and is never given up`, () => {
    let queue = one(), now = NOW, last = 0
    for (let round = 0; round < 30; round++) {
      queue = step(queue, {status, jitter: 0.5}, now)
      const pause = wake(queue, now)
      assert.equal(next(queue, now), null)
      assert.ok(pause >= last && pause <= 15 * 60000, `${pause} after ${last}`)
      ;[now, last] = [now + pause, pause]
    }
    assert.equal(next(queue, now).do, 'record')
  })
}

test('jitter spreads the phones between half and one and a half of the pause', () => {
  const pause = jitter => wake(step(one(), {status: 503, jitter}), NOW)
  assert.deepEqual([pause(0), pause(0.5), pause(1)], [2500, 5000, 7500])
})

test('no network stops everything, a busy server only what it was asked for', () => {
  const two = queued(item(visit('v'), [], NOW), item(visit('w'), [], NOW))
  assert.equal(next(step(two, {status: 0}), NOW), null)
  assert.equal(next(step(two, {status: 503}), NOW).visit, 'w')
})

test('a lost login waits for the person and loses nothing', () => {
  const queue = step(one(), {status: 401})
  assert.deepEqual([next(queue, NOW + 1e9), wake(queue, NOW)], [null, null])
  assert.equal(next(hurry(queue), NOW).do, 'record')
})

for (const status of [400, 403, 404, 409, 413, 422]) {
  test(`a visit refused with ${status} asks for the person, and the others go on`, () => {
    const errors = [{field: 'income.wages', message: '不对'}]
    const queue = step(queued(item(visit('v'), [], NOW), item(visit('w'), [], NOW)), {status, data: {detail: '不行', errors}})
    const [refused] = queue.items
    assert.deepEqual([refused.state, refused.reason, refused.errors], ['needs_attention', '不行', errors])
    assert.equal(refused.visit.id, 'v')
    assert.equal(next(queue, NOW).visit, 'w')
    assert.equal(next(hurry(step(queue, received())), NOW + 1e9), null)
  })
}

test('an answer without a receipt is no receipt, whoever gave it', () => {
  for (const data of [null, {}, {hello: 'hotel'}]) {
    const queue = step(one(), {status: 200, data})
    assert.equal(queue.items[0].state, 'waiting')
    assert.equal(queue.items[0].receipt, null)
  }
})

test('a photograph that the visit does not name is sent all the same', () => {
  const queue = step(queued(item(visit('v'), photos(7), NOW)), received())
  assert.equal(next(queue, NOW).photo, digest(7))
})

test('without a list of what is missing every photograph is sent', () => {
  const queue = step(one(1), {status: 202, data: {receipt: RECEIPT}})
  assert.equal(next(queue, NOW).photo, digest(1))
})

test('a refused photograph asks for the person after the others have gone', () => {
  let queue = step(one(1, 2), received(1, 2))
  queue = step(queue, {status: 422, data: {detail: '不是照片'}})
  assert.deepEqual([queue.items[0].state, next(queue, NOW).photo], ['waiting', digest(2)])
  queue = step(queue, {status: 200})
  assert.deepEqual([queue.items[0].state, queue.items[0].reason], ['needs_attention', '不是照片'])
})

test('what the server misses and the phone has not is said, not passed over', () => {
  assert.equal(step(one(1), received(1, 9)).items[0].lost[0], digest(9))
  assert.equal(step(one(), received(9)).items[0].state, 'needs_attention')
})

test('a visit for the town office goes as held', () => {
  const refused = step(one(), {status: 409, data: {}}).items[0]
  const queue = queued({...refused, held: '乡镇看看', state: 'waiting'})
  assert.equal(next(queue, NOW).do, 'held')
  assert.equal(step(queue, {status: 202, data: {receipt: RECEIPT}}).items[0].state, 'done')
})

// A small generator with a seed (mulberry32), so that a failing history can be run again.
function dice(seed) {
  return () => {
    seed = seed + 0x6d2b79f5 | 0
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

// A server that keeps what it took, and a network that loses questions and answers alike.
function answer(server, action, roll) {
  const lost = roll() < 0.3
  if (lost && roll() < 0.5) return {status: 0, jitter: roll()}
  const bad = roll()
  if (bad < 0.1) return {status: [401, 429, 500, 503][Math.floor(roll() * 4)], jitter: roll()}
  if (bad < 0.13) return {status: [403, 409, 422][Math.floor(roll() * 3)], data: {detail: '不行'}}
  if (action.do === 'photo') server.photos.add(action.photo)
  else server.visits.add(action.visit)
  if (lost) return {status: 0, jitter: roll()}
  if (action.do === 'photo') return {status: 201}
  const missing = server.named[action.visit].filter(sha256 => !server.photos.has(sha256))
  return {status: 201, data: {receipt: RECEIPT, evidence_missing: missing}}
}

test('in ten thousand random histories nothing is sent twice after its receipt, and nothing dropped before', () => {
  for (let seed = 1; seed <= 10000; seed++) history(seed)
})

function history(seed) {
  const roll = dice(seed), told = new Set()
  const server = {visits: new Set(), photos: new Set(), named: {}}
  let now = NOW
  let queue = queued(...Array.from({length: 1 + Math.floor(roll() * 4)}, (_, at) => {
    const numbers = Array.from({length: Math.floor(roll() * 4)}, () => Math.floor(roll() * 6)) // the same photograph may come twice
    server.named[`v${at}`] = numbers.map(digest)
    return item(visit(`v${at}`, ...numbers), photos(...numbers), now)
  }))
  for (let round = 0; round < 400; round++) {
    const action = next(queue, now)
    if (!action) {
      const pause = wake(queue, now)
      if (pause === null && !queue.login) break
      if (queue.login) queue = hurry(queue)
      now += pause || 0
      continue
    }
    const key = `${action.visit} ${action.photo || 'record'}`
    assert.ok(!told.has(key), `seed ${seed}: ${key} once more after its receipt`)
    if (action.do === 'photo') assert.ok(told.has(`${action.visit} record`), `seed ${seed}: a photograph before its record`)
    const outcome = answer(server, action, roll)
    if (outcome.status >= 200 && outcome.status < 300) told.add(key)
    queue = after(queue, action, outcome, now)
    check(queue, server, seed)
  }
  assert.equal(next(queue, Infinity), null, `seed ${seed}: never came to an end`)
  for (const each of queue.items) assert.notEqual(each.state, 'waiting', `seed ${seed}`)
}

function check(queue, server, seed) {
  for (const each of queue.items) {
    if (each.receipt) assert.ok(server.visits.has(each.id), `seed ${seed}: a receipt for nothing`)
    if (each.state !== 'done') assert.ok(each.visit, `seed ${seed}: content dropped before it arrived`)
    if (each.state === 'done') assert.ok(server.named[each.id].every(sha256 => server.photos.has(sha256)), `seed ${seed}: done too early`)
    for (const photo of each.photos) {
      if (photo.state === 'done' && photo.sha256) assert.ok(server.photos.has(photo.sha256), `seed ${seed}: photo dropped`)
    }
  }
}
