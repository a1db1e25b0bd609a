// 草稿: kept on the phone at every keystroke, at most half a second late.
import {locked} from './vault.js'

const PAUSE = 400 // ms

/** keptFor(household, kind?) → Promise<draft | undefined>: the visit, 'consent' or 'revisit' that was begun there; none while locked. */
export async function keptFor(household, kind) {
  if (locked()) return undefined
  const {all} = await import('./store.js')
  return (await all('drafts')).find(draft => draft.household_id === household && draft.kind === kind)
}

/** keeper(draft, said) → {touch(), flush() → Promise, stop()}; said(Date) after each time that it was kept. */
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
  return {
    flush,
    touch() { clearTimeout(timer); timer = setTimeout(flush, PAUSE) },
    stop() {
      clearTimeout(timer)
      timer = null
      document.removeEventListener('visibilitychange', hidden)
      removeEventListener('pagehide', flush)
    },
  }
}
