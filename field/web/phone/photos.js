// 照片: the camera at one tap a kind; the bytes lie on the phone at once, the draft names them.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {choose} from './sheet.js'
import {picture} from './picture.js'
import {put, del} from './store.js'
import {locked} from './vault.js'
import {unlock} from './login.js'
import {uuid7} from './uuid7.js'

const LARGE = ['receipt', 'medical_record', 'house']
const SMALL = ['person', 'other']
const LEGIBLE = ['receipt', 'medical_record', 'consent']

/** body(visit) → three large tiles, the smaller ways, and the photographs of this visit. */
export function body(visit) {
  return tiles(visit, LARGE, SMALL)
}

/** tiles(visit, large, small) → the kinds of photographs as tiles, and those that were taken; an album only beside small ones. */
export function tiles(visit, large, small) {
  const said = el('p.hint', {role: 'status'})
  const list = el('div.photos', {'data-field': 'evidence'})
  const counts = Object.fromEntries([...large, ...small].map(kind => [kind, el('small.figures')]))
  const draw = () => {
    const {photos} = visit.draft
    Object.keys(counts).forEach(kind => fill(counts[kind], words.photos.count(photos.filter(photo => photo.kind === kind).length)))
    fill(list, photos.map(photo => picture(visit, photo, again(photo), () => drop(visit, photo).then(draw))))
  }
  const add = (kind, files) => take(visit, kind, files, said).then(draw)
  const again = photo => camera(files => drop(visit, photo).then(() => add(photo.kind, files)))
  const tile = kind => el('label.tile', null, camera(files => add(kind, files)), labels.evidence[kind], counts[kind])
  const album = el('label.tile', null, input({multiple: true}, async files => {
    const kind = await choose(words.photos.which, '', [...large, ...small].map(code => [labels.evidence[code], code]))
    if (kind) await add(kind, files)
  }), words.photos.album)
  draw()
  return [el('div.tiles', null, large.map(tile)), small.length > 0 && el('div.tiles.small', null, small.map(tile), album), said, list].filter(Boolean)
}

function camera(done) {
  return input({capture: 'environment'}, done)
}

// The same picture may be chosen again, so the input forgets it.
function input(attributes, done) {
  return el('input', {type: 'file', accept: 'image/*', ...attributes, onchange: ({target}) => {
    const files = [...target.files]
    target.value = ''
    if (files.length) done(files)
  }})
}

async function take(visit, kind, files, said) {
  if (locked() && !await unlock()) return fill(said, words.photos.locked)
  fill(said, words.photos.working)
  const made = await Promise.all(files.map(file => kept(kind, file).catch(() => null)))
  const known = visit.draft.photos.map(photo => photo.sha256)
  visit.draft.photos.push(...made.filter(photo => photo && !known.includes(photo.sha256)))
  fill(said, made.includes(null) && words.photos.unreadable)
  return noted(visit)
}

async function kept(kind, file) {
  const {shrink} = await import('./photo.js')
  const {bytes, sha256, taken_at, blurred, dark} = await shrink(file, {legible: LEGIBLE.includes(kind)})
  const id = uuid7()
  await put('photos', id, {id, sha256, kind, bytes})
  return {id, sha256, kind, taken_at: taken_at || new Date(file.lastModified).toISOString(), poor: blurred || dark}
}

async function drop(visit, photo) {
  visit.draft.photos.splice(visit.draft.photos.indexOf(photo), 1)
  noted(visit)
  // The draft forgets the photograph before the phone does.
  await visit.keep.flush()
  await del('photos', photo.id)
}

function noted(visit) {
  const {draft} = visit
  if (draft.photos.length) draft.answers.photos = 'changed'
  else if (draft.answers.photos === 'changed') delete draft.answers.photos
  visit.refresh()
  visit.changed()
}
