// Whether what lies on this phone can be read: all that is asked before the first page stands on the screen.
import {exists, locked} from './vault.js'

/** standing() → Promise<'open' | 'locked' | 'none'>. */
export async function standing() {
  if (!locked()) return 'open'
  return await owner() ? 'locked' : 'none'
}

/** owner() → Promise<username | null>: whose vault lies here; null too where the browser keeps nothing. */
export async function owner() {
  const found = await exists().catch(() => null)
  return found && found.username
}
