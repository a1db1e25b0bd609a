// 今天: the own village's households, the longest unvisited first; what was begun stands on top.
import {el, link} from './dom.js'
import {words} from './words.js'
import {daysSince} from './days.js'
import {labels} from './labels.js'
import {mark, reason} from './grade.js'
import {all, get} from './store.js'
import {pull} from './sync.js'
import {list} from './sender.js'

const PAGE = 30
const AT_HOME = ['check', 'call', 'answer', 'danger', 'find', 'visit', 'revisit'] // what a visit answers

/** show() → the page. */
export async function show() {
  const forms = await village()
  const [drafts, queue, tasks] = await Promise.all([all('drafts'), list(), get('settings', 'tasks')])
  const work = ordered(forms, drafts, queue)
  const open = todo(tasks || [], queue)
  return {title: words.tabs.today, tab: 'today', body: forms.length ? [asked(open), heading(work), ...listed(work)] : await nothing()}
}

/** ordered(forms, drafts, queue) → [{form, begun, visited}]: begun first, then by the day of the last visit, never visited before all. */
export function ordered(forms, drafts, queue) {
  // A call is gone on with from what waits.
  const begun = new Set(drafts.filter(({kind = ''}) => !kind.startsWith('call')).map(draft => draft.household_id))
  const sent = new Map(queue.map(visit => [visit.household, visit.saved_at]))
  const last = form => sent.get(form.id) || (form.last_visit || {}).visited_at || ''
  return forms
    .map(form => ({form, begun: begun.has(form.id), visited: last(form)}))
    .sort((one, other) => other.begun - one.begun || (one.visited < other.visited ? -1 : one.visited > other.visited ? 1 : 0))
}

/** card({form, begun, visited}) → who, which group, what for, and how long ago. */
export function card({form, begun, visited}) {
  const since = begun ? words.begun : visited ? words.since(daysSince(visited, new Date())) : words.never
  return link(`/m/households/${form.id}`, 'a.card.who' + (begun ? '.begun' : ''),
    el('span.name', null, form.head), el('span.group', null, form.group),
    el('span.why', null, mark(form.grade), why(form)), el('span.since', null, since))
}

/** village() → Promise<Form[]>: from the phone; fetched first when there is nothing yet. */
export async function village() {
  const forms = await all('households')
  if (forms.length || await get('settings', 'pack')) return forms
  await pull().catch(() => 0)
  return all('households')
}

/** listed(work) → cards, thirty at a time. */
export function listed(work) {
  const cards = el('div.cards', null, work.slice(0, PAGE).map(card))
  const more = el('button.plain', {onclick: () => {
    cards.append(...work.slice(cards.children.length, cards.children.length + PAGE).map(card))
    more.hidden = cards.children.length >= work.length
  }}, words.more)
  more.hidden = work.length <= PAGE
  return [cards, more]
}

/** todo(tasks, queue) → the tasks that no visit on this phone has answered since. */
export function todo(tasks, queue) {
  const answered = task => queue.some(({household, saved_at}) => household === task.household_id && saved_at > task.opened_at)
  return tasks.filter(task => !AT_HOME.includes(task.kind) || !answered(task))
}

function asked(tasks) {
  return tasks.length > 0 && el('section.asked', null, el('h2', null, words.tasks.title(tasks.length)), tasks.map(task => task.household_id
    ? link(way(task), 'a.card.who', el('span.name', null, task.head), what(task))
    : el('div.card.who', null, el('span.name', null, words.tasks.nobody), what(task))))
}

// Cases, aid and plans have pages of their own, which are not on the phone; without network the household is.
function way(task) {
  const online = elsewhere(task)
  return online && navigator.onLine ? online : `/m/households/${task.household_id}`
}

function elsewhere({kind, case_id, application_id, household_id}) {
  if (application_id) return `/fund/applications/${application_id}`
  if (case_id) return `/cases/${case_id}`
  return ['plan', 'measure'].includes(kind) && `/households/${household_id}/plan`
}

function what(task) {
  const left = -daysSince(task.due_at, new Date())
  return [el('span.since' + (left < 0 ? '.late' : ''), null, words.tasks.due(left)),
    el('span.why', null, mark(task.grade), [task.group, words.word(task.kind_name), told(task), words.tasks.level[task.level]].filter(Boolean).join(' · '))]
}

/** told(task) → why it is to be done, in a few words. */
export function told({kind, own_hands, last_visit_at, source, source_name, why, reason, leads}) {
  if (kind === 'urgent_aid') return words.tasks.urgent(reason)
  if (own_hands) return words.tasks.others
  if (kind === 'find') return words.tasks.find
  if (kind === 'plan') return words.tasks.plan
  if (kind === 'visit') return last_visit_at ? words.since(daysSince(last_visit_at, new Date())) : words.never
  if (['step', 'objection', 'leaving'].includes(kind)) return [words.tasks.online, leads && words.tasks.leads(leads)].filter(Boolean).join(' · ')
  return source === 'analysis' && why || words.word(source_name)
}

function heading(work) {
  const never = work.filter(({visited}) => !visited).length
  return el('p.lead', null, words.village(work.length, never))
}

function why({kind, risk_factors, grade, rules}) {
  const risks = (risk_factors || []).map(code => labels.risk_factors[code])
  return [reason({grade, rules}), kind ? labels.kind[kind] : words.watched_not, risks[0]].filter(Boolean).join(' · ')
}

/** nothing() → Promise: what stands where there is no household at all. */
export async function nothing() {
  return (await import('./empty.js')).body()
}
