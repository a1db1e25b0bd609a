import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import test from 'node:test'
import {read, write} from '../../field/web/phone/exif.js'

const PHOTOS = new URL('../../../shared/data/photos/', import.meta.url)
const skip = existsSync(PHOTOS) ? false : 'no photographs in ../shared/data/photos'
const photo = name => { const {buffer, byteOffset, length} = readFileSync(new URL(name, PHOTOS)); return buffer.slice(byteOffset, byteOffset + length) }
const PLAIN = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 9, 9, 9, 9, 0xff, 0xd9]).buffer
const NOTHING = {taken_at: null, offset: null, latitude: null, longitude: null, make: null, model: null, orientation: null}

test('the time, place and camera of a real photograph are read', {skip}, () => {
  assert.deepEqual(read(photo('DSCN0010.jpg')), {
    taken_at: '2008-10-22T16:28:39', offset: null, latitude: 43.4674483, longitude: 11.8851267,
    make: 'NIKON', model: 'COOLPIX P6000', orientation: 1,
  })
})

test('what a real photograph says survives being written again, whatever its EXIF was', {skip}, () => {
  for (const name of ['DSCN0010.jpg', 'DSCN0025.jpg', 'DSCN0042.jpg', 'jolla.jpg', 'landscape_3.jpg', 'portrait_6.jpg', '67-0_length_string.jpg', 'image01713.jpg', 'no_exif.jpg']) {
    const before = read(photo(name))
    assert.deepEqual(read(write(photo(name), before)), {...before, orientation: 1}, name)
  }
})

test('an iPhone photograph tells its time though the browser cannot show it', {skip}, () => {
  assert.match(read(photo('iphone_13_pro_max.HEIC')).taken_at, /^20\d\d-/)
})

test('a picture without EXIF says nothing', () => {
  for (const bytes of [PLAIN, new ArrayBuffer(0), new ArrayBuffer(3), new Uint8Array(500).buffer]) assert.deepEqual(read(bytes), NOTHING)
})

test('south and west stay south and west, within a metre', () => {
  const exif = {...NOTHING, latitude: -31.7405123, longitude: -0.0000456, taken_at: '2026-11-20T10:30:00', offset: '+08:00', make: '小米', model: 'x'}
  const again = read(write(PLAIN, exif))
  assert.ok(Math.abs(again.latitude - exif.latitude) < 1e-6 && Math.abs(again.longitude - exif.longitude) < 1e-6)
  assert.deepEqual({...again, latitude: 0, longitude: 0}, {...exif, latitude: 0, longitude: 0, orientation: 1})
})

test('what is not EXIF stays as it was', () => {
  const written = new Uint8Array(write(PLAIN, NOTHING))
  assert.deepEqual([...written.slice(-16)], [...new Uint8Array(PLAIN).slice(-16)])
  assert.deepEqual(write(written.buffer, NOTHING), written.buffer)
})

test('damaged EXIF never throws and never hangs', {skip}, () => {
  const whole = new Uint8Array(photo('DSCN0010.jpg')).slice(0, 20000)
  for (let at = 0; at < 3000; at++) {
    const hurt = whole.slice(0, at % 7 ? whole.length : at + 20)
    hurt[at] ^= 1 + at % 255
    read(hurt.buffer)
    write(hurt.buffer, NOTHING)
  }
})
