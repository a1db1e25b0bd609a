// EXIF of a photograph: time, place, camera and orientation read; time, place and camera written anew. Pure; tags by EXIF 2.32.
// Bytes of a TIFF value by its type.
const TYPES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8]
const ASCII = 2, SHORT = 3, LONG = 4, RATIONAL = 5, BYTE = 1, UNDEFINED = 7
const TIME = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/

/** read(ArrayBuffer) → {taken_at, offset, latitude, longitude, make, model, orientation}; null where there is none.
 *  taken_at is the camera's local '2008-10-22T16:28:39', offset '+08:00', degrees WGS-84. */
export function read(buffer) {
  try {
    const start = locate(new DataView(buffer))
    return start === null ? told() : tell(buffer, start)
  } catch (error) {
    // A length in it lies: as good as none.
    if (error instanceof RangeError) return told()
    throw error
  }
}

/** write(jpeg: ArrayBuffer, exif) → ArrayBuffer: the JPEG with this EXIF alone, upright. */
export function write(jpeg, exif) {
  const bytes = new Uint8Array(jpeg), parts = [bytes.subarray(0, 2), segment(exif)]
  let kept = 2
  for (const {at, end, app1} of segments(new DataView(jpeg))) {
    if (app1) parts.push(bytes.subarray(kept, at))
    if (app1) kept = end
  }
  return join([...parts, bytes.subarray(kept)]).buffer
}

function told(image = {}, taken = {}, place = {}) {
  const time = TIME.exec(taken[0x9003] || taken[0x9004] || image[0x0132] || '')
  return {
    taken_at: time ? `${time[1]}-${time[2]}-${time[3]}T${time[4]}` : null,
    offset: /^[+-]\d\d:\d\d$/.test(taken[0x9011]) ? taken[0x9011] : null,
    latitude: degrees(place[2], place[1] === 'S', 90),
    longitude: degrees(place[4], place[3] === 'W', 180),
    make: image[0x010f] || null,
    model: image[0x0110] || null,
    orientation: image[0x0112] && image[0x0112][0] || null,
  }
}

function tell(buffer, start) {
  const tiff = new DataView(buffer, start)
  const little = tiff.getUint16(0) === 0x4949
  const image = directory(tiff, tiff.getUint32(4, little), little)
  const inner = tag => image[tag] ? directory(tiff, image[tag][0], little) : {}
  return told(image, inner(0x8769), inner(0x8825))
}

// A JPEG says where its EXIF is; in HEIC, WebP and PNG it is found by its mark.
function locate(view) {
  if (view.byteLength < 12) return null
  if (view.getUint16(0) !== 0xffd8) return search(view)
  const found = segments(view).find(({app1}) => app1)
  return found ? found.at + 10 : null
}

function search(view) {
  for (let at = 0; at < Math.min(view.byteLength - 14, 1 << 20); at++) {
    if (view.getUint32(at) === 0x45786966 && [0x49492a00, 0x4d4d002a].includes(view.getUint32(at + 6))) return at + 6
  }
  return null
}

function segments(view) {
  const found = []
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda;) {
    const end = at + 2 + view.getUint16(at + 2)
    found.push({at, end, app1: view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966})
    at = end
  }
  return found
}

function directory(tiff, at, little) {
  const values = {}
  for (let entry = at + 2, left = tiff.getUint16(at, little); left > 0; left--, entry += 12) {
    const type = tiff.getUint16(entry + 2, little), count = tiff.getUint32(entry + 4, little)
    const size = (TYPES[type] || 1) * count
    if (size > 65536) continue
    const start = size > 4 ? tiff.getUint32(entry + 8, little) : entry + 8
    if (start + size <= tiff.byteLength) values[tiff.getUint16(entry, little)] = value(tiff, type, count, start, little)
  }
  return values
}

function value(tiff, type, count, start, little) {
  if (type === ASCII) return new TextDecoder().decode(new Uint8Array(tiff.buffer, tiff.byteOffset + start, count)).split('\0')[0].trim()
  const one = {
    [SHORT]: at => tiff.getUint16(at, little),
    [LONG]: at => tiff.getUint32(at, little),
    [RATIONAL]: at => tiff.getUint32(at, little) / tiff.getUint32(at + 4, little),
  }[type]
  return one ? Array.from({length: count}, (_, place) => one(start + place * TYPES[type])) : null
}

function degrees(parts, negative, limit) {
  if (!Array.isArray(parts) || parts.length < 3) return null
  const whole = parts[0] + parts[1] / 60 + parts[2] / 3600
  // Not for 0/0, which is NaN.
  return whole <= limit ? Number((negative ? -whole : whole).toFixed(7)) : null
}

// APP1 with the directories one after another: image, photograph, place; each followed by its long values.
function segment(exif) {
  const taken = exif.taken_at && exif.taken_at.replace(/-/g, ':').replace('T', ' ')
  const place = exif.latitude === null || exif.longitude === null ? [] : [
    [0, BYTE, [2, 3, 0, 0]],
    [1, ASCII, exif.latitude < 0 ? 'S' : 'N'], [2, RATIONAL, sexagesimal(exif.latitude)],
    [3, ASCII, exif.longitude < 0 ? 'W' : 'E'], [4, RATIONAL, sexagesimal(exif.longitude)],
  ]
  const photograph = [[0x9000, UNDEFINED, [48, 50, 51, 50]], [0x9003, ASCII, taken], [0x9011, ASCII, exif.offset]]
  const image = pointers => [[0x010f, ASCII, exif.make], [0x0110, ASCII, exif.model], [0x0112, SHORT, [1]],
    [0x8769, LONG, [pointers[0]]], [0x8825, LONG, place.length ? [pointers[1]] : null]]
  const first = 8 + written(image([0, 0]), 8).length
  const inner = written(photograph, first)
  const tiff = join([[0x4d, 0x4d, 0, 42, 0, 0, 0, 8], written(image([first, first + inner.length]), 8), inner,
    place.length ? written(place, first + inner.length) : []])
  return join([[0xff, 0xe1, ...short(tiff.length + 8), 0x45, 0x78, 0x69, 0x66, 0, 0], tiff])
}

function written(entries, start) {
  const present = entries.filter(([, , content]) => content)
  let end = start + 2 + present.length * 12 + 4
  const heads = [], tails = []
  for (const [tag, type, content] of present) {
    const bytes = encoded(type, content)
    const count = type === RATIONAL ? content.length / 2 : type === ASCII ? bytes.length : content.length
    heads.push([...short(tag), ...short(type), ...long(count), ...(bytes.length > 4 ? long(end) : [...bytes, 0, 0, 0, 0].slice(0, 4))])
    if (bytes.length > 4) tails.push(bytes.length % 2 ? [...bytes, 0] : bytes)
    if (bytes.length > 4) end += bytes.length + bytes.length % 2
  }
  return join([short(present.length), ...heads, long(0), ...tails])
}

function encoded(type, content) {
  if (type === ASCII) return [...new TextEncoder().encode(content), 0]
  const width = {[SHORT]: short, [LONG]: long, [RATIONAL]: long}[type]
  return width ? content.flatMap(width) : content
}

function sexagesimal(angle) {
  const all = Math.round(Math.abs(angle) * 3600e4)
  return [Math.floor(all / 3600e4), 1, Math.floor(all / 60e4) % 60, 1, all % 60e4, 1e4]
}

function short(number) {
  return [number >> 8 & 255, number & 255]
}

function long(number) {
  return [number >>> 24 & 255, number >>> 16 & 255, number >>> 8 & 255, number & 255]
}

function join(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => { all.set(part, at); return at + part.length }, 0)
  return all
}
