// The frame around every page: where am I, the truth about sending, the four ways on.
import {el, fill, icon, link} from './dom.js'
import {words} from './words.js'

const TABS = [
  ['today', '/m/', 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4'],
  ['households', '/m/households', 'M4 11l8-7 8 7v9h-5v-6H9v6H4z'],
  ['waiting', '/m/waiting', 'M12 19V6M6 11l6-6 6 6M5 21h14'],
  ['me', '/m/me', 'M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c1-5 4-6 8-6s7 1 8 6'],
]
const BACK = 'M15 5l-7 7 7 7'
const told = el('span', {role: 'status'})
const truth = el('a.truth', {href: '/m/waiting'}, told)
let queue = null

// The browser writes titles into its history, which lies on the phone in the clear: no name goes there.
/** frame(page): the head and foot for {title, back?, tab?, bar?, alone?}; `bar` takes the place of the foot. */
export function frame({title, back, tab, bar, alone}) {
  document.title = tab ? `${title} · ${words.app}` : words.app
  fill(document.getElementById('head'),
    back && el('a.back', {href: back, 'aria-label': words.back}, icon(BACK)), el('h1', {tabindex: -1}, title), !alone && truth)
  const foot = document.getElementById('foot')
  foot.className = bar ? 'bar' : 'tabs'
  foot.hidden = Boolean(alone)
  fill(foot, bar || TABS.map(([name, path, drawing]) =>
    link(path, 'a.tab', icon(drawing), words.tabs[name])))
  const here = bar ? null : foot.children[TABS.findIndex(([name]) => name === tab)]
  if (here) here.setAttribute('aria-current', 'page')
}

/** tell(list): the queue has changed; without one only the network is looked at. Nothing is said of a queue not read yet. */
export function tell(list = queue) {
  queue = list
  if (!queue && navigator.onLine) return fill(told, words.tabs.waiting)
  const waiting = (queue || []).filter(visit => visit.state !== 'done').length
  const stuck = (queue || []).filter(visit => visit.state === 'needs_attention').length
  truth.className = 'truth ' + (stuck ? 'stuck' : !navigator.onLine ? 'offline' : waiting ? 'waiting' : 'sent')
  fill(told, stuck ? words.truth.stuck(stuck) : words.truth.sending(waiting, navigator.onLine))
}
