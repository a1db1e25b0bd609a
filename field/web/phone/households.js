// 农户: every household of the village, found by name, letters, group or number.
import {el, fill} from './dom.js'
import {matching} from './finding.js'
import {words} from './words.js'
import {listed, nothing, ordered, village} from './today.js'
import {all} from './store.js'
import {list} from './sender.js'

const SAYS = words.speak('households', {
  search: '姓名、拼音、组名或户编号', found: n => n ? `${n} 户` : '没有找到，换一个词试试',
})
let asked = ''

/** show() → the page; the last search stays until another one is typed. */
export async function show() {
  const [forms, drafts, queue] = await Promise.all([village(), all('drafts'), list()])
  const found = el('div')
  const said = el('p.lead', {role: 'status'})
  const look = () => {
    const hits = matching(forms, asked)
    fill(said, SAYS.found(hits.length))
    fill(found, listed(ordered(hits, drafts, queue)))
  }
  const box = el('input.search', {
    type: 'search', value: asked, placeholder: SAYS.search, 'aria-label': SAYS.search, enterkeyhint: 'search',
    oninput: () => { asked = box.value; look() },
  })
  look()
  return {title: words.tabs.households, tab: 'households', body: forms.length ? [box, said, found] : await nothing()}
}
