// A sheet over the page, for one question; the page below stays as it is.
import {el} from './dom.js'

/** sheet(title, build) → Promise<answer>: build(close) → nodes; close(answer) ends it, Esc answers undefined. */
export function sheet(title, build) {
  return new Promise(resolve => {
    const dialog = el('dialog.sheet', {'aria-labelledby': 'sheet-title'})
    const close = answer => { if (dialog.close) dialog.close(); dialog.remove(); resolve(answer) }
    dialog.addEventListener('cancel', () => close())
    dialog.append(el('h2', {id: 'sheet-title'}, title), ...[build(close)].flat().filter(Boolean))
    document.body.append(dialog)
    if (dialog.showModal) dialog.showModal()
    else dialog.setAttribute('open', '')
  })
}

/** choose(title, text, [[word, answer, class?], …]) → Promise<answer | undefined>: one button a way. */
export function choose(title, text, ways) {
  return sheet(title, close => [
    text && el('p', null, text),
    el('div.stack', null, ways.map(([word, answer, kind = 'plain']) => el('button.' + kind, {onclick: () => close(answer)}, word))),
  ])
}
