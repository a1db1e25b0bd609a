// A short form of its own beside the visit: kept while it is written, with the places to which its faults are told.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {hour, stamp} from './days.js'
import {keeper} from './keep.js'

/** writing(form, draft, begun) → {form, draft, begun, keep, kept, faults, leaving, changed(), refresh(), leave()}, as sections of a visit want it. */
export function writing(form, draft, begun) {
  const kept = el('span.kept', {role: 'status'})
  const keep = keeper(draft, now => fill(kept, words.visit.kept(hour(stamp(now)))))
  const page = {
    form, draft, begun, keep, kept, faults: el('div'), leaving: [],
    changed() { page.begun = true; keep.touch() },
    refresh() {},
    leave() { keep.flush(); keep.stop(); page.leaving.forEach(work => work()) },
  }
  return page
}

/** once(button, work): the button rests while its work goes on. */
export function once(word, work) {
  const button = el('button.primary', {onclick: async () => {
    button.disabled = true
    await work().finally(() => { button.disabled = false })
  }}, word)
  return button
}
