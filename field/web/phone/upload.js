// One photograph to the server: whole when it is small, else by tus 1.0, so that a cut repeats at most one piece.
import {api} from './net.js'

const PIECE = 65536
const GONE = [403, 404, 410]

/** upload({sha256, url}, bytes, note) → Promise<{status, data}>; note({url, sent}) after each step, to go on from there. */
export async function upload(photo, bytes, note) {
  if (bytes.byteLength <= PIECE) return api('PUT', `/api/evidence/${photo.sha256}`, bytes)
  const resumed = photo.url && await tus('HEAD', photo.url)
  if (resumed && resumed.status < 300) return pieces(photo, photo.url, bytes, offset(resumed), note)
  if (resumed && !GONE.includes(resumed.status)) return resumed
  const made = await create(photo, bytes)
  if (made.status !== 201) return made
  const url = new URL(made.headers.get('Location'), location.href).pathname
  await note({url, sent: 0})
  return pieces(photo, url, bytes, 0, note)
}

async function pieces(photo, url, bytes, start, note) {
  if (start >= bytes.byteLength) return arrived(photo, note)
  for (let sent = start; sent < bytes.byteLength;) {
    const answer = await tus('PATCH', url, bytes.slice(sent, sent + PIECE), {
      'Upload-Offset': sent, 'Content-Type': 'application/offset+octet-stream',
    })
    if (answer.status === 409 || GONE.includes(answer.status)) return lost(answer, note)
    if (answer.status >= 300) return answer
    sent = offset(answer)
    await note({sent})
  }
  return {status: 204, data: null}
}

// The answer to the last piece was cut off: what the server holds decides.
async function arrived(photo, note) {
  const answer = await api('HEAD', `/api/evidence/${photo.sha256}`)
  return answer.status < 300 ? answer : lost(answer, note)
}

// 409: another hand moved the upload, so ask again where it stands; else it is gone and starts anew. Both count as "later".
async function lost({status}, note) {
  if (status !== 409) await note({url: null, sent: 0})
  return {status: 503, data: null}
}

function create({sha256}, bytes) {
  return tus('POST', '/api/uploads', null, {'Upload-Length': bytes.byteLength, 'Upload-Metadata': `sha256 ${btoa(sha256)}`})
}

function tus(method, url, body, headers = {}) {
  return api(method, url, body, {'Tus-Resumable': '1.0.0', ...headers})
}

function offset(answer) {
  return Number(answer.headers.get('Upload-Offset'))
}
