// 没有农户: what is said where nobody is to be visited; who has other work is shown the way to it.
import {el, link} from './dom.js'
import {words} from './words.js'
import {who} from './session.js'

const SAYS = words.speak('empty', {
  none: '您负责的范围里还没有农户。请联系乡镇核对。',
  first: '没有网络。第一次要在有信号的地方打开一次，以后没有网络也能用。', title: '这个账号不用入户走访', open: '打开办公网页',
  department: '部门账号没有要走访的农户。报名单、看结果都在办公网页上，要有网络。',
  unit: '单位账号没有要走访的农户。和本单位有关的农户在办公网页上看，要有网络。',
})
const OFFICES = {department: '/screening', unit: '/sharing'}

/** body() → Promise: the page of whoever has no households on this phone. */
export async function body() {
  const {role} = await who() || {}
  const office = OFFICES[role]
  if (!office) return el('p', null, navigator.onLine ? SAYS.none : SAYS.first)
  return el('section.card', null, el('h2', null, SAYS.title), el('p', null, SAYS[role]), el('div.stack', null, link(office, 'a.primary', SAYS.open)))
}
