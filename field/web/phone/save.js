// 保存: judged by the server's own rules; then it lies in the queue, or every fault stands where it can be mended.
import {declared, toVisit, touched} from './draft.js'
import {definition, mended, show} from './faults.js'
import {judge, unasked} from './rules.js'
import {enqueue} from './sender.js'
import {unlock} from './login.js'
import {locked} from './vault.js'

/** save(visit) → Promise: queued, and the page of the saved visit opened; or the faults are shown, each until it is mended. */
export async function save(visit) {
  const body = toVisit(visit.draft, visit.form)
  const faults = await judged(body, visit)
  show(visit.faults, faults)
  visit.again = async () => mended(visit.faults, await judged(toVisit(visit.draft, visit.form), visit))
  if (faults.length || locked() && !await unlock()) return
  visit.keep.stop()
  await enqueue(body, visit.draft.photos.map(({id, sha256, kind}) => ({id, sha256, kind})), visit.draft.id)
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/waiting/${visit.draft.id}`, replace: true}}))
}

// What a declaration asks comes before the same section's own fault.
async function judged(body, {draft, form}) {
  const rules = await definition('visit')
  const asked = declared(form) ? unasked(rules, body) : []
  const faults = [...asked, ...judge(rules, body).filter(({field}) => !asked.some(each => each.field === field))]
  return faults.map(fault => ({...fault, field: place(fault.field, draft)}))
}

// Faults count members and photographs by their place in the visit; the screen knows them by their ids.
function place(path, draft) {
  const [section, index, ...rest] = path.split('.')
  if (section === 'members' && index) return ['members', nameOf(touched(draft)[index]), ...rest.filter(part => part !== 'new')].join('.')
  if (section === 'evidence' && index) return ['evidence', draft.photos[index].id, ...rest].join('.')
  return path
}

function nameOf(edit) {
  return edit.person_id || edit.key
}
