// A photograph made fit for a bad network on the phone: smaller, still legible, with its time and place.
import {read, write} from './exif.js'

const PLAIN = {bytes: 230e3, steps: [[1600, 0.82], [1600, 0.7], [1600, 0.55], [1600, 0.4], [1280, 0.4]]}
const LEGIBLE = {bytes: 400e3, steps: [[2000, 0.9], [2000, 0.82], [2000, 0.72], [1600, 0.72], [1600, 0.6]]}
const TURNS = [, [1, 0, 0, 1, 0, 0], [-1, 0, 0, 1, 1, 0], [-1, 0, 0, -1, 1, 1], [1, 0, 0, -1, 0, 1],
  [0, 1, 1, 0, 0, 0], [0, 1, -1, 0, 1, 0], [0, -1, -1, 0, 1, 1], [0, -1, 1, 0, 0, 1]] // canvas transforms by EXIF orientation
// In px: the copy on which sharpness and light are judged.
const LOOK = 640
const SHARP = 60, LIGHT = 40

/** shrink(file, {legible}) → Promise<{bytes, sha256, width, height, taken_at, latitude, longitude, blurred, dark}>;
 *  width null when the browser cannot read it (kept as it is); taken_at ISO UTC or null. */
export async function shrink(file, {legible = false} = {}) {
  const original = await new Response(file).arrayBuffer()
  const exif = read(original)
  const image = await decode(file, original, exif).catch(() => null)
  const made = image ? await smaller(image, original, exif, legible ? LEGIBLE : PLAIN) : {bytes: original, width: null, height: null}
  const look = image ? judge(image) : {blurred: false, dark: false}
  if (image && image.source.close) image.source.close()
  const {latitude, longitude} = exif
  return {...made, sha256: await digest(made.bytes), taken_at: moment(exif), latitude, longitude, ...look}
}

// → the variance of the Laplacian of an image of bytes, and its mean light.
function sharpness(grey, width) {
  let sum = 0, squares = 0, light = 0, count = 0
  for (let at = width + 1; at < grey.length - width - 1; at++) {
    const edge = 4 * grey[at] - grey[at - 1] - grey[at + 1] - grey[at - width] - grey[at + width]
    sum += edge
    squares += edge * edge
    light += grey[at]
    count++
  }
  return {variance: squares / count - (sum / count) ** 2, light: light / count}
}

// Browsers differ in whether they turn a picture by its EXIF: so it is taken off first, and turned here.
async function decode(file, original, exif) {
  const jpeg = isJpeg(original)
  const source = await load(jpeg ? new Blob([write(original, {...exif, latitude: null})], {type: 'image/jpeg'}) : file)
  const turn = jpeg && TURNS[exif.orientation] ? exif.orientation : 1
  const [width, height] = turn > 4 ? [source.height, source.width] : [source.width, source.height]
  return {source, turn, width, height}
}

async function load(blob) {
  if ('createImageBitmap' in self) return createImageBitmap(blob)
  const image = new Image(), url = URL.createObjectURL(blob)
  try {
    image.src = url
    await image.decode()
    return image
  } finally {
    URL.revokeObjectURL(url)
  }
}

async function smaller(image, original, exif, {bytes: most, steps}) {
  let made = null
  for (const [edge, quality] of steps) {
    if (!made || edge !== made.edge) made = {edge, ...draw(image, edge)}
    const blob = await new Promise(done => made.canvas.toBlob(done, 'image/jpeg', quality))
    made.bytes = write(await new Response(blob).arrayBuffer(), exif)
    if (made.bytes.byteLength <= most) break
  }
  const {width, height, bytes} = made
  if (isJpeg(original) && original.byteLength <= bytes.byteLength) return {bytes: original, width: image.width, height: image.height}
  return {bytes, width, height}
}

function draw({source, turn, width: whole, height: high}, edge) {
  const scale = Math.min(1, edge / Math.max(whole, high))
  const canvas = document.createElement('canvas')
  const width = canvas.width = Math.max(1, Math.round(whole * scale))
  const height = canvas.height = Math.max(1, Math.round(high * scale))
  const pen = canvas.getContext('2d')
  const [a, b, c, d, right, down] = TURNS[turn]
  pen.fillStyle = '#fff' // behind what was transparent
  pen.fillRect(0, 0, width, height)
  pen.imageSmoothingQuality = 'high'
  pen.setTransform(a, b, c, d, right * width, down * height)
  pen.drawImage(source, 0, 0, ...(turn > 4 ? [height, width] : [width, height]))
  return {canvas, width, height}
}

function judge(image) {
  const {canvas, width, height} = draw(image, LOOK)
  const {data} = canvas.getContext('2d').getImageData(0, 0, width, height)
  const grey = new Uint8Array(width * height).map((_, at) => 0.3 * data[4 * at] + 0.59 * data[4 * at + 1] + 0.11 * data[4 * at + 2])
  const {variance, light} = sharpness(grey, width)
  return {blurred: variance < SHARP, dark: light < LIGHT}
}

// Without its zone a photograph's time is the phone's own.
function moment({taken_at, offset}) {
  const time = taken_at && new Date(taken_at + (offset || ''))
  return time && !isNaN(time) ? time.toISOString() : null
}

/** digest(bytes) → Promise<SHA-256 in hex>. */
export async function digest(bytes) {
  const hash = await crypto.subtle.digest('SHA-256', bytes)
  return [...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

function isJpeg(buffer) {
  return new Uint8Array(buffer, 0, Math.min(2, buffer.byteLength))[0] === 0xff
}
