// 在别的页面里: another tab is writing there; whoever goes on here takes along what was typed.
import {el} from './dom.js'
import {words} from './words.js'

const SAYS = words.speak('elsewhere', {
  title: '正在填写', why: '这一户正在另一个页面里填。在这里接着填，那边填好的会带过来。', here: '在这里接着填',
})

/** elsewhere(back, here) → the page that asks; here() goes on. */
export function elsewhere(back, here) {
  const button = el('button.primary', {onclick: here}, SAYS.here)
  return {title: SAYS.title, back, body: el('div.stack', null, el('p', null, SAYS.why), button)}
}
