// One photograph of a visit: what it shows, whether it can be read, and what a bill says.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {choice, field, yuanInput} from './field.js'
import {named} from './last.js'
import {people} from './draft.js'
import {get} from './store.js'

const TOLD = ['receipt', 'medical_record', 'person']

/** picture(visit, photo, camera: an input that takes it again, drop()) → the photograph with its details. */
export function picture(visit, photo, camera, drop) {
  const image = el('img', {alt: labels.evidence[photo.kind], width: 72, height: 72})
  preview(image, photo.id)
  return el('div.photo', {'data-field': `evidence.${photo.id}`, 'data-of': labels.evidence[photo.kind]},
    el('div.row', null, image, el('span', null, labels.evidence[photo.kind]), el('button.quiet', {onclick: drop}, words.photos.remove)),
    photo.poor && poor(visit, photo, camera),
    TOLD.includes(photo.kind) && el('details.person', null, el('summary', null, words.photos[photo.kind === 'receipt' ? 'details' : 'whose']), details(visit, photo)))
}

function poor(visit, photo, camera) {
  const keep = () => { photo.poor = false; notice.remove(); visit.changed() }
  const notice = el('div.notice', {role: 'alert'}, el('p', null, words.photos.poor),
    el('div.pair', null, el('label.plain', null, camera, words.photos.again), el('button.plain', {onclick: keep}, words.photos.keep)))
  return notice
}

function details(visit, photo) {
  const set = name => value => { photo[name] = value; visit.changed() }
  const at = name => `evidence.${photo.id}.${name}`
  const members = people(visit.form).map(person => [person.id, named(person, new Date())])
  const whose = field(at('person_id'), words.photos.whose, choice(members, photo.person_id, set('person_id'), words.photos.nobody))
  if (photo.kind !== 'receipt') return whose
  const date = el('input', {type: 'date', value: photo.issued_on || '', onchange: () => set('issued_on')(date.value)})
  const amount = (name, hint) => field(at(name), words.yuan(words.photos[name]), yuanInput(photo[name], set(name)), hint)
  return [whose, field(at('issued_on'), words.photos.issued_on, date), amount('amount'), amount('compliant_amount', words.photos.compliant)]
}

async function preview(image, id) {
  const kept = await get('photos', id)
  if (!kept) return
  const url = URL.createObjectURL(new Blob([kept.bytes]))
  const free = () => URL.revokeObjectURL(url)
  image.onload = free
  image.onerror = async () => { free(); (await import('./unshown.js')).tile(image, kept.bytes) }
  image.src = url
}
