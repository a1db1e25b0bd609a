import assert from 'node:assert/strict'
import test from 'node:test'
import {uuid7} from '../../field/web/phone/uuid7.js'

test('an id carries its time and the marks of version 7', () => {
  const bytes = Uint8Array.from([0xcc, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])
  assert.equal(uuid7(0x017f22e279b0, bytes), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f') // the example of RFC 9562, A.6
})

test('ids made later sort later, and no two are the same', () => {
  const ids = Array.from({length: 2000}, (_, at) => uuid7(1.7e12 + at))
  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(Array.from({length: 2000}, () => uuid7(1.7e12))).size, 2000)
})
