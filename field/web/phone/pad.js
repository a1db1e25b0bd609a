// 签名板: a finger draws on it; what was drawn is strokes, and a PNG when it is sent.
import {el, fill} from './dom.js'
import {add, enough} from './strokes.js'
import {words} from './words.js'

const WIDTH = 720, HEIGHT = 320 // px of the picture
const SAYS = words.speak('pad', {
  draw: name => `请${name}用手指在框里签名`, clear: '清除', done: '签好了', again: '重写', short: '笔画太少，请签全名', label: name => `${name}的签名`,
})

/** pad(name, signed: {strokes, done}, changed) → the pad; once signed it rests until 重写, so that nobody scribbles on it by scrolling. */
export function pad(name, signed, changed) {
  const canvas = el('canvas.pad', {width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': SAYS.label(name)})
  const said = el('p.hint', {role: 'status'})
  const buttons = el('div.pair')
  const button = (word, work, kind = 'plain') => el('button.' + kind, {onclick: work}, word)
  const finish = () => {
    signed.done = enough(signed.strokes)
    look(signed.done ? '' : SAYS.short)
    changed()
  }
  const clear = () => { Object.assign(signed, {strokes: [], done: false}); look(); changed() }
  const look = trouble => {
    draw(canvas, signed.strokes)
    canvas.classList.toggle('done', signed.done)
    fill(said, trouble || (signed.done ? '' : SAYS.draw(name)))
    fill(buttons, signed.done ? button(SAYS.again, clear) : [button(SAYS.clear, clear), button(SAYS.done, finish, 'answer')])
  }
  follow(canvas, signed, changed)
  look()
  return el('div.body', null, said, canvas, buttons)
}

/** picture(strokes) → Promise<ArrayBuffer>: the signature as a PNG, black on white. */
export async function picture(strokes) {
  const canvas = el('canvas', {width: WIDTH, height: HEIGHT})
  draw(canvas, strokes)
  return new Response(await new Promise(done => canvas.toBlob(done, 'image/png'))).arrayBuffer()
}

function follow(canvas, signed, changed) {
  let drawing = null
  const at = ({clientX, clientY}) => {
    const {left, top, width} = canvas.getBoundingClientRect()
    return [(clientX - left) / width, (clientY - top) / width]
  }
  const put = (event, begins) => { add(signed.strokes, at(event), begins); draw(canvas, signed.strokes) }
  canvas.addEventListener('pointerdown', event => {
    if (signed.done || drawing !== null) return
    drawing = event.pointerId
    canvas.setPointerCapture(drawing)
    put(event, true)
  })
  canvas.addEventListener('pointermove', event => { if (event.pointerId === drawing) put(event, false) })
  const lifted = ({pointerId}) => {
    if (pointerId !== drawing) return
    drawing = null
    changed()
  }
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, lifted)
}

function draw(canvas, strokes) {
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  Object.assign(pen, {strokeStyle: '#000', lineWidth: 7, lineCap: 'round', lineJoin: 'round'})
  for (const stroke of strokes) {
    pen.beginPath()
    stroke.forEach(([x, y]) => pen.lineTo(x * WIDTH, y * WIDTH))
    if (stroke.length === 1) pen.lineTo(stroke[0][0] * WIDTH + 1, stroke[0][1] * WIDTH)
    pen.stroke()
  }
}
