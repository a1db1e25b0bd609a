// 显示不了的照片: what stands where this browser cannot show a photograph; the file itself is kept and sent as it is.
import {el} from './dom.js'
import {words} from './words.js'

const SAYS = words.speak('unshown', {
  heic: '照片已收好。这台手机显示不了 HEIC，发送后办公室能看。', broken: '这张打不开，恐怕不是照片，请重拍。',
})

/** tile(image, bytes): a calm tile in the place of the image, and beneath its row why. */
export function tile(image, bytes) {
  const heic = String.fromCharCode(...new Uint8Array(bytes.slice(4, 8))) === 'ftyp'
  image.parentElement.after(el('p.hint', {role: 'status'}, heic ? SAYS.heic : SAYS.broken))
  image.replaceWith(el('span.unshown', {'aria-hidden': 'true'}, heic ? '✓' : '?'))
}
