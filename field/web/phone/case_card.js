// 办到哪一步: how a household's case stands, whose consent is still wanted, and when it is to be revisited.
import {el, link} from './dom.js'
import {day, daysSince} from './days.js'
import {keptFor} from './keep.js'
import {list} from './sender.js'
import {adults, signed} from './signing.js'
import {due, noon} from './to_revisit.js'
import {words} from './words.js'

const CHECK = 'on_site_check'
const SAYS = words.speak('case_card', {
  case: '监测案子', due: (when, left) => left < 0 ? `过期 ${-left} 天，原定${when}` : left === 0 ? '今天到期' : `${when}到期，还有 ${left} 天`,
  stopped: '有异议，暂停计时', green: '绿色通道：先帮扶，手续照走', consents: (n, all) => n < all ? `承诺书：${all} 人要签，已签 ${n} 人` : '✓ 承诺书都签好了',
  sign: '签承诺书', go_on: '接着签', revisit: '监测对象回访', nth: (nth, when) => `第 ${nth} 次，最迟 ${when}`, begin: '开始回访', on: '接着填回访', from: when => `${when}起可以去`,
  sent: '已回访，等待上传', look: '看案子', onward: '看案子，接着办',
})

/** card(form) → Promise<nodes>: the case, and the revisit where there is one. */
export async function card(form) {
  const queue = await list()
  return [form.case && await standing(form, queue), revisit(form, queue)].filter(Boolean)
}

/** begins(form) → Promise<link or null>: into the revisit, the page's first button on its days. */
export async function begins(form) {
  if (due(form, await list(), new Date()) !== 'open') return null
  return link(`/m/households/${form.id}/revisit`, 'a.primary', await keptFor(form.id, 'revisit') ? SAYS.on : SAYS.begin)
}

async function standing(form, queue) {
  const {id, state, state_name, due_on, stopped, green} = form.case
  const left = due_on && -daysSince(noon(due_on), new Date())
  const [said, sign] = state === CHECK ? await signing(form, queue) : []
  return el('section.card', null, el('h2', null, SAYS.case, el('small', null, words.word(state_name))),
    green && el('p.quiet', null, SAYS.green), stopped && el('p', null, SAYS.stopped),
    due_on && !stopped && el('p' + (left < 0 ? '.fault' : '.quiet'), null, SAYS.due(day(noon(due_on)), left)),
    said, el('div.stack', null, sign, navigator.onLine && link(`/cases/${id}`, 'a.plain.answer', due_on || stopped ? SAYS.onward : SAYS.look)))
}

async function signing(form, queue) {
  const all = adults(form, new Date()), before = signed(form, queue)
  const open = all.filter(({id}) => !before.has(id))
  const begun = await keptFor(form.id, 'consent')
  return [el('p', null, SAYS.consents(all.length - open.length, all.length)),
    open.length > 0 && link(`/m/households/${form.id}/consent`, 'a.plain.answer', begun ? SAYS.go_on : SAYS.sign)]
}

function revisit(form, queue) {
  const now = new Date(), at = due(form, queue, now)
  if (!at) return null
  if (at === 'sent') return el('section.card', null, el('h2', null, SAYS.revisit), el('p.quiet', null, SAYS.sent))
  const {nth, due_on, from_on} = form.revisit
  const late = daysSince(noon(due_on), now) > 0
  return el('section.card', null, el('h2', null, SAYS.revisit), el('p' + (late ? '.fault' : '.quiet'), null, SAYS.nth(nth, day(noon(due_on)))),
    at === 'later' && el('p.quiet', null, SAYS.from(day(noon(from_on)))))
}
