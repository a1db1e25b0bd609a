// 回访 while it is written, and in the server's terms. Pure.
import {daysSince, stamp} from './days.js'
import {amounts, evidence, guarantees, pictured, texts, where} from './draft.js'
import {labels} from './labels.js'
import {fen, yuan} from './money.js'

const WHO = ['neighbours', 'village_committee', 'department']

/** due(form, queue, now) → how the next revisit stands on this phone: 'sent' (one waits here), 'open', 'later', or '' where there is none. */
export function due({id, revisit}, queue, now) {
  if (queue.some(({path, household, state}) => path === '/api/revisits' && household === id && state !== 'done')) return 'sent'
  if (!revisit) return ''
  return daysSince(noon(revisit.from_on), now) >= 0 ? 'open' : 'later'
}

/** noon('2026-11-23') → the moment of that day's noon in China. */
export function noon(date) {
  return `${date}T04:00:00Z`
}

/** begin(form, id, now) → a draft in which nothing is answered yet: a revisit asks, it does not confirm. */
export function begin(form, id, now) {
  return {
    id, kind: 'revisit', household_id: form.id, started_at: stamp(now), answers: {}, measures: '', stopped: '', guarantees: {}, income: '',
    expenses: texts({}, labels.expenses), asked: [], department: '', relapse: '', note: '', photos: [], location: null, location_reason: '',
  }
}

/** toRevisit(draft) → what POST /api/revisits takes; what was not answered is left out, what is no amount stays as typed. */
export function toRevisit(draft) {
  const {measures, stopped, asked, department, relapse} = draft
  const income = fen(draft.income)
  return {
    id: draft.id, household_id: draft.household_id, revisited_at: draft.started_at, ...where(draft),
    ...measures && {measures: measures === 'kept' ? {status: measures} : {status: measures, note: stopped.trim()}},
    guarantees: guarantees(draft.guarantees),
    ...income !== null && {income_per_head: income},
    expenses: amounts(draft.expenses, labels.expenses),
    ...asked.length > 0 && {checked_with: WHO.filter(who => asked.includes(who)).map(who => who === 'department' ? {who, department: department.trim()} : {who})},
    ...relapse && {relapse: relapse === 'yes'},
    note: draft.note.trim(),
    evidence: draft.photos.map(evidence),
  }
}

/** fromRevisit(sent, photos, form) → the draft of a revisit that came back to be mended. */
export function fromRevisit(sent, photos, form) {
  const asked = sent.checked_with || []
  return {
    ...begin(form, sent.id, new Date(sent.revisited_at)),
    measures: (sent.measures || {}).status || '', stopped: (sent.measures || {}).note || '',
    guarantees: {...sent.guarantees}, income: yuan(sent.income_per_head), expenses: texts(sent.expenses, labels.expenses),
    asked: asked.map(({who}) => who), department: (asked.find(({department}) => department) || {}).department || '',
    relapse: sent.relapse === undefined ? '' : sent.relapse ? 'yes' : 'no', note: sent.note,
    photos: sent.evidence.map(photo => pictured(photo, photos)),
    location: sent.location || null, location_reason: sent.location_reason || '',
  }
}
