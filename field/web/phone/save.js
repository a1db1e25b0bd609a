// 保存: judged by the server's own rules; then it lies in the queue, or every fault stands where it can be mended.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {toVisit, touched} from './draft.js'
import {told} from './field.js'
import {judge} from './rules.js'
import {enqueue} from './sender.js'
import {unlock} from './login.js'
import {locked} from './vault.js'

let rules = null

/** save(visit) → Promise: queued, and the page of the saved visit opened; or the faults are shown. */
export async function save(visit) {
  const body = toVisit(visit.draft, visit.form)
  const faults = judge(await schema(), body).map(fault => ({...fault, field: place(fault.field, visit.draft)}))
  show(visit, faults)
  if (faults.length || locked() && !await unlock()) return
  visit.keep.stop()
  await enqueue(body, visit.draft.photos.map(({id, sha256, kind}) => ({id, sha256, kind})), visit.draft.id)
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/waiting/${visit.draft.id}`, replace: true}}))
}

// Without the rules (first load cut off) the server judges alone; what it refuses comes back to be mended.
async function schema() {
  rules = rules || await fetch('/m/visit.schema.json').then(answer => answer.ok ? answer.json() : null).catch(() => null)
  return rules || {}
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

function show(visit, faults) {
  document.querySelectorAll('.wrong').forEach(element => told(element, ''))
  const items = inOrder(faults).map(({element, message}) => {
    if (element) told(element, message)
    return el('li', null, element ? el('button.linkish', {onclick: () => reach(element)}, whose(element), message) : message)
  })
  const summary = el('section.faults', {tabindex: -1, role: 'alert'}, el('h2', null, words.visit.faults(faults.length)), el('ul', null, items))
  fill(visit.faults, faults.length > 0 && summary)
  if (faults.length) { scrollTo(0, 0); summary.focus() }
}

function inOrder(faults) {
  return faults.map(fault => ({...fault, element: find(fault.field)}))
    .sort(({element: one}, {element: other}) => one && other && one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1)
}

function whose(element) {
  const named = element.closest('[data-of]')
  return named && words.visit.of_whom(named.dataset.of)
}

function find(path) {
  const element = document.querySelector(`[data-field="${path}"]`)
  return element || (path.includes('.') ? find(path.slice(0, path.lastIndexOf('.'))) : null)
}

function reach(element) {
  for (let above = element; above; above = above.parentElement) {
    if (above.tagName === 'DETAILS') above.open = true
  }
  const control = element.querySelector('input, select, textarea, button')
  element.scrollIntoView({block: 'center'})
  if (control) control.focus({preventScroll: true})
}
