// The phone's database, and nothing about what lies in it. `plain` holds the wrapped key and the sender's lease.
const NAME = 'field'
const TABLES = ['plain', 'households', 'drafts', 'visits', 'photos', 'settings']
const CLOSED = ['InvalidStateError', 'UnknownError', 'AbortError']
let opening = null

/** run(table, mode, work) → Promise: one transaction, reopened and tried once more if the database was closed or killed.
 *  work(table name → object store) may return a request, whose result is the answer. */
export async function run(tables, mode, work) {
  try {
    return await transaction(tables, mode, work)
  } catch (error) {
    if (!CLOSED.includes(error.name)) throw error
    forget()
    return transaction(tables, mode, work)
  }
}

/** erase() → Promise: deletes the database; other tabs close theirs by `versionchange`. */
export async function erase() {
  const database = await opening
  if (database) database.close()
  forget()
  await answer(indexedDB.deleteDatabase(NAME))
}

async function transaction(tables, mode, work) {
  opening = opening || openDatabase()
  const database = await opening
  return new Promise((resolve, reject) => {
    // A battery ends without warning.
    const tx = database.transaction(tables, mode, {durability: 'strict'})
    let request = null
    tx.oncomplete = () => resolve(request && request.result)
    tx.onabort = () => reject(tx.error || new DOMException('closed', 'AbortError'))
    try {
      request = work(name => tx.objectStore(name))
    } catch (error) {
      reject(error)
      tx.abort()
    }
  })
}

async function openDatabase() {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => TABLES.forEach(name => request.result.createObjectStore(name))
  const database = await answer(request).catch(error => { forget(); throw error })
  database.onclose = forget
  database.onversionchange = () => { database.close(); forget() }
  return database
}

function forget() {
  opening = null
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
