// 待发: what only this phone holds, what is on its way, what needs a hand, and what has arrived.
import {el, fill, following, link} from './dom.js'
import {words} from './words.js'
import {day, hour} from './days.js'
import {all} from './store.js'
import {kick, list, onChange} from './sender.js'
import {asFile} from './rescue.js'
import {line, progress, what} from './sent.js'
import {begun, copied, saveFile, ways} from './ways.js'

const RECENT = 20

/** show() → the page, which follows the queue. */
export async function show() {
  const holder = el('div.stack')
  const leave = await following(onChange, drawn, parts => fill(holder, parts))
  return {title: words.tabs.waiting, tab: 'waiting', leave, body: holder}
}

async function drawn() {
  const [queue, drafts, forms] = await Promise.all([list(), all('drafts'), all('households')])
  const of = id => forms.find(form => form.id === id)
  const [open, done] = [queue.filter(visit => visit.state !== 'done'), queue.filter(visit => visit.state === 'done')]
  return [
    !open.length && el('p.result.done', null, words.waiting.none),
    await Promise.all(open.map(visit => card(visit, of(visit.household)))),
    open.length > 0 && rescue(open),
    drafts.length > 0 && [el('h2', null, words.waiting.drafts), drafts.map(draft => begun(draft, of(draft.household_id)))],
    done.length > 0 && [el('h2', null, words.waiting.done), done.slice(0, RECENT).map(visit => arrived(visit, of(visit.household)))],
  ]
}

async function card(visit, form) {
  const stuck = visit.state === 'needs_attention'
  return el('section.card', null,
    link(`/m/waiting/${visit.id}`, 'a.line', el('strong', null, name(form)), el(`span.tag.${visit.state}`, null, words.waiting.states[visit.state])),
    el('p.quiet', null, visit.path && what(visit) + ' · ', line(visit, form)), stuck && el('p.fault', null, visit.reason || words.sent.refused),
    progress(visit.photos), stuck && await ways(visit))
}

function rescue(open) {
  return el('section.card', null, el('h2', null, words.waiting.out), el('p.quiet', null, words.waiting.out_why),
    el('div.stack', null,
      open.some(visit => visit.state !== 'needs_attention') && el('button.answer', {onclick: kick}, words.waiting.now),
      el('button.plain', {onclick: async () => saveFile(await asFile())}, words.waiting.file),
      el('button.plain', {onclick: async () => { for (const {id} of open.filter(each => each.visit)) await copied(id) }}, words.waiting.text)))
}

function arrived(visit, form) {
  return link(`/m/waiting/${visit.id}`, 'a.card.line', el('strong', null, name(form)),
    el('span.quiet.figures', null, what(visit), ' ', visit.receipt && visit.receipt.number))
}

function name(form) {
  return form ? form.head : words.waiting.unknown
}
