// 承诺授权 in the server's terms: who must sign, who has, and what is wrong with what was signed just now. Pure.
import {age, stamp} from './days.js'
import {people} from './draft.js'
import {words} from './words.js'

const ADULT = 18
/** How somebody signed, and what is wrong with what was signed. */
export const says = words.speak('signing', {
  told: {drawn: '已在手机上签字', signed: '已在纸上签字', fingerprint: '已按手印'},
  nobody: '还没有人签', draw: '还没有签名，签完请点“签好了”', writer: '按手印的，请写明由谁代写', paper: '请拍下签好的承诺书',
})

/** adults(form, now) → the members who must each sign; one whose birth date is not known counts as grown up. */
export function adults(form, now) {
  return people(form).filter(({birth_date}) => !birth_date || age(birth_date, now) >= ADULT)
}

/** begin(form, id, now) → a draft of nothing signed yet. */
export function begin(form, id, now) {
  return {id, kind: 'consent', household_id: form.id, case_id: form.case.id, started_at: stamp(now), answers: {}, people: {}, photos: []}
}

/** signed(form, queue) → Map of person → {how, signed_at, here}: who has signed, here and not yet sent included. */
export function signed(form, queue) {
  const told = form.case.consents.map(one => [one.person_id, one])
  const mine = queue.filter(({path, visit}) => visit && path === pathOf(form.case.id)).flatMap(({visit}) =>
    visit.consents.map(one => [one.person_id, {how: one.how, signed_at: visit.signed_at, here: true}]))
  return new Map([...told, ...mine])
}

/** pathOf(case) → where consents go. */
export function pathOf(id) {
  return `/api/cases/${id}/consents`
}

/** wrong(draft, people) → [{field, message}]: who was begun with must be finished, and at least one must have signed. */
export function wrong(draft, all) {
  const begun = all.filter(({id}) => how(draft, id))
  const faults = begun.filter(({id}) => !ready(draft.people[id]))
    .map(({id}) => ({field: `people.${id}`, message: how(draft, id) === 'drawn' ? says.draw : says.writer}))
  if (!begun.length) faults.push({field: 'people', message: says.nobody})
  if (onPaper(draft, all) && !draft.photos.length) faults.push({field: 'paper', message: says.paper})
  return faults
}

/** ready(said) → whether one person is done, but for a photograph of the paper. */
export function ready({how: way, done, writer} = {}) {
  return Boolean(way) && (way !== 'drawn' || Boolean(done)) && (way !== 'fingerprint' || Boolean((writer || '').trim()))
}

/** onPaper(draft, people) → whether somebody signed on paper, which must be photographed. */
export function onPaper(draft, all) {
  return all.some(({id}) => ['signed', 'fingerprint'].includes(how(draft, id)))
}

/** drawnBy(draft, people) → the ids of those who signed on the phone. */
export function drawnBy(draft, all) {
  return all.map(({id}) => id).filter(id => how(draft, id) === 'drawn')
}

/** toConsents(draft, people, text, digests: {person: sha256}, now) → what POST /api/cases/<id>/consents takes. */
export function toConsents(draft, all, text, digests, now) {
  const papers = onPaper(draft, all) ? draft.photos : []
  return {
    id: draft.id, text, signed_at: stamp(now),
    consents: all.filter(({id}) => how(draft, id)).map(({id}) => ({
      person_id: id, how: how(draft, id),
      ...how(draft, id) === 'fingerprint' && {written_by: {name: draft.people[id].writer.trim()}},
    })),
    evidence: [
      ...drawnBy(draft, all).map(id => ({sha256: digests[id], kind: 'signature', person_id: id})),
      ...papers.map(({sha256}) => ({sha256, kind: 'consent'})),
    ],
  }
}

/** fromConsents(sent, photos, form) → the draft of consents that came back to be mended; who drew signs again. */
export function fromConsents({id, signed_at, consents}, photos, form) {
  const said = ({how: way, written_by: {name} = {}}) => ({how: way, strokes: [], ...name && {writer: name}})
  return {
    ...begin(form, id, new Date(signed_at)), people: Object.fromEntries(consents.map(one => [one.person_id, said(one)])),
    photos: photos.filter(({kind}) => kind === 'consent'),
  }
}

/** unsigned(form, sent) → the household without what this phone itself noted of consents that are not in the ledger. */
export function unsigned(form, {signed_at, consents}) {
  const here = one => one.signed_at === signed_at && consents.some(each => each.person_id === one.person_id)
  return {...form, case: {...form.case, consents: form.case.consents.filter(one => !here(one))}}
}

function how(draft, id) {
  return (draft.people[id] || {}).how
}
