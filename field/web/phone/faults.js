// 填写有误: the rules that the server judges by, and every fault on top and where it can be mended.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {told} from './field.js'

const rules = {}

/** definition('visit') → Promise: the rules. Without them (first load cut off) the server judges alone; what it refuses comes back. */
export async function definition(name) {
  rules[name] = rules[name] || await fetch(`/m/${name}.${words.rules}`).then(answer => answer.ok ? answer.json() : null).catch(() => null)
  return rules[name] || {}
}

/** show(holder, faults): [{field, message}], told on top and at their fields. */
export function show(holder, faults) {
  const summary = tell(holder, faults)
  if (faults.length) { scrollTo(0, 0); summary.focus() }
}

/** mended(holder, faults): of what stands there what is wrong still; nothing new is told while somebody goes on. */
export function mended(holder, faults) {
  const left = (holder.told || []).filter(({field}) => faults.some(one => one.field === field))
  if (holder.told && left.length < holder.told.length) tell(holder, left)
}

function tell(holder, faults) {
  holder.told = faults
  document.querySelectorAll('.wrong').forEach(element => told(element, ''))
  const items = inOrder(faults).map(({element, message}) => {
    if (element) told(element, message)
    return el('li', null, element ? el('button.linkish', {onclick: () => reach(element)}, whose(element, message), message) : message)
  })
  const summary = el('section.faults', {tabindex: -1, role: 'alert'}, el('h2', null, words.visit.faults(faults.length)), el('ul', null, items))
  fill(holder, faults.length > 0 && summary)
  return summary
}

function inOrder(faults) {
  return faults.map(fault => ({...fault, element: find(fault.field)}))
    .sort(({element: one}, {element: other}) => one && other && one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1)
}

// Whose it is, where the fault itself does not say so.
function whose(element, message) {
  const named = element.closest('[data-of]')
  return named && !message.startsWith(named.dataset.of) && words.visit.of_whom(named.dataset.of)
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
