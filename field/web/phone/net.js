// The one door to the server. An answer in HTML or a redirect comes from somebody else (hotel Wi-Fi): as good as none.

// In ms, and one more for each byte sent: 1 KB/s is a mountain's worst signal.
const PATIENCE = 30000
// In ms: a whole village takes its time once it has begun to come.
const READING = 300000

/** No answer from our server: no signal, time-out, or somebody else answered. */
export class Offline extends Error {}
/** 401; the window event `field:login` was dispatched, with the server's problem as its detail. */
export class LoggedOut extends Error {}

/** api(method, path, body?, headers?) → Promise<{status, data, headers}>; body: JSON value, ArrayBuffer or typed array; never retried. */
export async function api(method, path, body, headers = {}) {
  const answer = await ask(method, path, prepared(body), {...marks(method, body), ...headers})
  if (answer.status !== 401 || path === '/api/login') return answer
  self.dispatchEvent(new CustomEvent('field:login', {detail: answer.data}))
  throw new LoggedOut('401')
}

async function ask(method, path, body, headers) {
  const stop = new AbortController()
  const within = time => setTimeout(() => stop.abort(), time)
  let timer = within(PATIENCE + (body ? body.byteLength || body.length : 0))
  try {
    const answer = await fetch(path, {
      method, body, headers, signal: stop.signal, cache: 'no-store', redirect: 'error', credentials: 'same-origin',
    })
    clearTimeout(timer)
    timer = within(READING)
    return {status: answer.status, headers: answer.headers, data: await read(answer)}
  } catch (error) {
    throw new Offline(error.message)
  } finally {
    clearTimeout(timer)
  }
}

async function read(answer) {
  const type = answer.headers.get('Content-Type') || ''
  const text = await answer.text()
  if (answer.ok && text && type.includes('html')) throw new Offline('a stranger answered')
  return type.includes('json') && text ? JSON.parse(text) : null
}

function binary(body) {
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body)
}

function prepared(body) {
  return body === undefined || body === null || binary(body) ? body : JSON.stringify(body)
}

function marks(method, body) {
  const headers = {Accept: 'application/json'}
  if (body !== undefined && body !== null) headers['Content-Type'] = binary(body) ? 'application/octet-stream' : 'application/json'
  const cookie = /(?:^|; )field_csrf=([^;]*)/.exec(document.cookie)
  if (cookie && method !== 'GET' && method !== 'HEAD') headers['X-CSRF-Token'] = decodeURIComponent(cookie[1])
  return headers
}
