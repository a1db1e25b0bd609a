// 草稿: kept on the phone at every keystroke, at most half a second late; of one household, in one tab.
import {locked} from './vault.js'

const PAUSE = 400 // ms
// Name → end(), of what this tab writes.
const held = {}

/** What another tab handed over while nothing can be kept here yet: household → draft. */
export const brought = {}
/** In which tabs ask one another for a form. */
export const tabs = navigator.locks && new BroadcastChannel('field-turn')
/** The keeper of the form on the screen. */
export let writer = null

if (tabs) tabs.onmessage = async ({data}) => { if (data.wants in held) (await import('./elsewhere.js')).handOver(data) }

/** keptFor(household, kind?) → Promise<draft | undefined>: the visit, 'consent' or 'revisit' that was begun there; while locked, what was brought. */
export async function keptFor(household, kind) {
  if (locked()) return brought[household]
  const {all} = await import('./store.js')
  return (await all('drafts')).find(draft => draft.household_id === household && draft.kind === kind)
}

/** keeper(draft, said) → {draft, touch(), flush() → Promise, unkept(), stop()}; said(Date) after each time that it was kept. */
export function keeper(draft, said) {
  let timer = null
  const flush = async () => {
    clearTimeout(timer)
    if (timer === null || locked()) return
    timer = null
    await (await import('./store.js')).put('drafts', draft.id, draft)
    said(new Date())
  }
  const hidden = () => { if (document.visibilityState === 'hidden') flush() }
  document.addEventListener('visibilitychange', hidden)
  addEventListener('pagehide', flush)
  return writer = {
    draft, flush,
    touch() { clearTimeout(timer); timer = setTimeout(flush, PAUSE) },
    unkept: () => timer !== null,
    stop() {
      clearTimeout(timer)
      timer = null
      document.removeEventListener('visibilitychange', hidden)
      removeEventListener('pagehide', flush)
    },
  }
}

/** inTurn(kind, household, page) → what page() shows; while another tab writes there, a question whether to go on here. */
export async function inTurn(kind, household, page) {
  const name = `${kind}-${household}`, back = `/m/households/${household}`
  const other = () => import('./elsewhere.js')
  const end = await turn(name, {ifAvailable: true}, async () => (await other()).lost(back))
  if (!end) return (await other()).elsewhere(name, back)
  const view = await page().catch(error => { end(); throw error })
  const {leave} = view
  return {...view, leave() { if (leave) leave(); end() }}
}

/** turn(name, options, lost()) → Promise<end() | null>: this tab alone writes until end(); null where it cannot; lost() once another
 *  one took it by force. Without Web Locks every tab may. */
export async function turn(name, options, lost) {
  if (!navigator.locks) return () => null
  if (held[name]) await held[name]()
  return new Promise(given => {
    const over = navigator.locks.request(`field-${name}`, options, lock => lock && new Promise(done => {
      const end = held[name] = () => { if (held[name] === end) delete held[name]; done(); return over }
      given(end)
    })).then(() => given(null), () => { delete held[name]; given(null); lost() })
  })
}
