// 位置和其他: where the phone stands, who told it, and what else there is to say.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {stamp} from './days.js'
import {better} from './draft.js'
import {chips, field} from './field.js'

const DOOR = 3600e3 // ms: a draft that is finished later, elsewhere, does not take that other place

/** body(visit) → the fields; the place is looked for while the form is open. */
export function body(visit) {
  const {draft, changed} = visit
  const note = el('textarea', {rows: 3, value: draft.note, oninput: () => { draft.note = note.value; changed() }})
  return [...whereabouts(visit),
    el('div.field', {'data-field': 'informant'}, el('p', null, words.visit.informant),
      chips(labels.informant.map(word => [word, words.word(word)]), () => draft.informant, word => { draft.informant = word; changed() })),
    field('note', words.visit.note, note)]
}

/** whereabouts(visit) → where the phone stands, or why it does not know. */
export function whereabouts(visit) {
  const {draft, changed} = visit
  const said = el('p.fix', {role: 'status'})
  const why = el('div.field', {'data-field': 'location_reason'}, el('p', null, words.place.why),
    chips(labels.location_reason.map(word => [word, words.word(word)]), () => draft.location_reason, word => { draft.location_reason = word; changed() }))
  const look = trouble => {
    const {location} = draft
    fill(said, location ? words.place.found(Math.max(1, Math.round(location.accuracy_m))) : trouble || words.place.looking)
    said.classList.toggle('found', Boolean(location))
    why.hidden = Boolean(location)
  }
  watch(visit, look)
  return [said, why]
}

function watch(visit, look) {
  look()
  if (!navigator.geolocation) return look(words.place.none)
  if (Date.now() - Date.parse(visit.draft.started_at) > DOOR) return look(words.place.late)
  const number = navigator.geolocation.watchPosition(position => {
    const kept = visit.draft.location
    visit.draft.location = better(kept, fix(position))
    if (visit.draft.location !== kept && visit.begun) visit.keep.touch()
    look()
  }, ({code}) => look(code === 1 ? words.place.refused : words.place.none), {enableHighAccuracy: true, maximumAge: 10000, timeout: 30000})
  visit.leaving.push(() => navigator.geolocation.clearWatch(number))
}

function fix({coords, timestamp}) {
  return {
    latitude: rounded(coords.latitude, 6), longitude: rounded(coords.longitude, 6), accuracy_m: rounded(coords.accuracy, 1),
    fix_at: stamp(new Date(timestamp)), datum: 'WGS-84',
  }
}

function rounded(number, digits) {
  return Number(number.toFixed(digits))
}
